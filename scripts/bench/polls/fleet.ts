import { InvocationContext } from '@azure/functions';
import { createDesk } from '../../../functions/desk.ts';
import { customerIdOf } from '../../../shared/customers/customer.ts';
import { createCustomerStore } from '../../../shared/customers/customer-store.ts';
import { directoryRelay } from '../../../shared/customers/directory.ts';
import { createHealthShards } from '../../../shared/health/shard-members.ts';
import { limits } from '../../../shared/core/limits.ts';
import { readConfig, type Config } from '../../../shared/platform/config.ts';
import { wakeMessageSchema } from '../../../shared/platform/outbox.ts';
import { scopeFor, type LogEntry } from '../../../shared/platform/telemetry.ts';
import { handleTimer } from '../../../shared/platform/timer-handler.ts';
import { withWriteTokens } from '../../../shared/platform/write-token.ts';
import { memoryBus } from '../../../test/support/memory-bus.ts';
import { memoryTables } from '../../../test/support/memory-table.ts';
import { movedClock } from '../../../test/support/moved-clock.ts';
import { seededIds, seededRandom } from '../../../test/support/seeded.ts';
import { limitedMicrosoft, places } from './limited-microsoft.ts';

const connection = {
  id: 'emea',
  tenantId: '00000000-0000-4000-8000-000000000001',
  clientId: '00000000-0000-4000-8000-000000000002',
};
/** host.json: messages of one queue that an instance handles at a time. One instance polls them all. */
const concurrentCalls = 4;
const storageMs = 8;

function settings(): Config {
  const read = readConfig({
    PARTNER_CONNECTIONS: JSON.stringify([{ ...connection, role: 'direct' }]),
    ENTRA_AUTHORITY: places.entra,
    GRAPH_BASE_URL: places.graph,
    DESK_API_AUDIENCE: 'api://desk',
    DESK_API_TENANTS: connection.tenantId,
    STORAGE: 'memory',
    SERVICE_BUS: 'memory',
    KEY_VAULT_URI: 'https://vault.example',
    HEALTH_POLL_SCHEDULE: '0 */5 * * * *',
    SWEEP_SCHEDULE: '0 * * * * *',
    IDENTITY_ENDPOINT: places.identity,
    IDENTITY_HEADER: 'bench',
  });
  if (!read.ok) throw new Error(read.wrong.join('; '));
  return read.config;
}

/** The desk as it is deployed over ports in memory, with this many tenants in its shards, in virtual time. */
export async function aFleet(tenants: number) {
  const moved = movedClock();
  const { clock } = moved;
  const random = seededRandom(tenants);
  const ids = seededIds(random);
  const memory = memoryTables({ before: async () => clock.sleep(storageMs) });
  const bus = memoryBus(() => clock.now());
  const microsoft = limitedMicrosoft(clock, random);
  const tables = (name: string) => withWriteTokens(memory.tables(name), ids);
  const busProbe = { ping: async () => Promise.resolve(), deadLetters: async () => Promise.resolve({}) };
  const http = microsoft.http;
  const services = { clock, ids, random, tables, bus: bus.bus, busProbe, http, guardedHttp: http };
  const { catalogue } = createDesk(services, settings());
  const scope = scopeFor(() => undefined, 'bench');
  const polls = catalogue.queues.find(({ queue }) => queue === 'health-polls');
  const timerOf = (wanted: string) => catalogue.timers.find(({ name }) => name === wanted);
  const ensure = timerOf('pollServiceHealth');
  if (!polls || !ensure) throw new Error('the desk has no polls');

  let running = 0;
  let handled = 0;
  /** What reads service health; the directory and the other feeds have schedules and costs of their own. */
  const isMeasured = ({ body }: { body: Record<string, unknown> }) =>
    ['shard', 'incident-detail'].includes((body.body as { kind: string }).kind);
  const takeMessages = (): void => {
    for (const held of bus.ready()) {
      if (running >= concurrentCalls) return;
      if (held.queue !== 'health-polls') continue;
      if (!isMeasured(held.message)) {
        bus.complete(held);
        continue;
      }
      bus.take(held);
      // Service Bus renews the lock while the function runs.
      held.lockedUntil = Infinity;
      running++;
      handled++;
      void polls.handle(wakeMessageSchema.parse(held.message.body), scope).then(() => {
        bus.complete(held);
        running--;
      });
    }
  };

  const settle = async () => new Promise((resolve) => setImmediate(resolve));
  /** Lets virtual time pass and the desk work. */
  const pass = async (ms: number): Promise<void> => {
    const end = clock.now() + ms;
    for (;;) {
      takeMessages();
      await settle();
      const next = [moved.nextAt(), nextMessageAt()].filter((at) => at !== undefined && at <= end);
      if (next.length === 0) break;
      await moved.advance(Math.max(0, Math.min(...(next as number[])) - clock.now()));
    }
    await moved.advance(end - clock.now());
  };
  const nextMessageAt = (): number | undefined => {
    if (running >= concurrentCalls) return undefined;
    const waiting = bus.all().filter(({ queue, lockedUntil }) => queue === 'health-polls' && lockedUntil === 0);
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ message }) => message.notBefore ?? 0));
  };

  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    let result: { value: T } | undefined;
    void work.then((value) => (result = { value }));
    while (result === undefined) {
      await settle();
      const at = moved.nextAt();
      if (at !== undefined) await moved.advance(Math.max(0, at - clock.now()));
    }
    return result.value;
  };
  await inTime(seed(tenants, { tables, bus: bus.bus, clock }));
  await inTime(ensure.handle(scope));
  const entries: LogEntry[] = [];
  const logFor = () => (entry: LogEntry) => entries.push(entry);
  const schedule = {
    isPastDue: false,
    schedule: { adjustForDST: false },
    scheduleStatus: { last: '', next: '', lastUpdated: '' },
  };
  /** A tick of a timer as the host makes it, with its log lines. */
  const tick = async (name: string): Promise<void> => {
    const timer = timerOf(name);
    if (!timer) throw new Error(`there is no timer ${name}`);
    await inTime(handleTimer(timer, { ids, logFor })(schedule, new InvocationContext({ functionName: name })));
  };
  return { microsoft, memory, bus, clock, pass, tick, entries, handled: () => handled };
}

export type Fleet = Awaited<ReturnType<typeof aFleet>>;

type Seeding = Parameters<typeof createHealthShards>[0];

/** Customers and shards as the directory leaves them. */
async function seed(tenants: number, relay: Seeding): Promise<void> {
  const store = createCustomerStore(relay);
  const shards = createHealthShards(relay);
  const detailsAt = new Date(relay.clock.now()).toISOString();
  const lastShard = Math.ceil(tenants / limits.healthShardTenants) - 1;
  for (let shard = 0; shard <= lastShard; shard++) {
    const first = shard * limits.healthShardTenants;
    const count = Math.min(limits.healthShardTenants, tenants - first);
    const members = Array.from({ length: count }, (_, at) => {
      const tenantId = `00000001-0000-4000-8000-${String(first + at).padStart(12, '0')}`;
      return { customerId: customerIdOf('global', tenantId), tenantId };
    });
    await shards.put(connection.id, shard, members);
    await Promise.all(
      members.map(async ({ customerId, tenantId }) =>
        store.insert({
          customerId,
          tenantId,
          connectionId: connection.id,
          name: customerId,
          initialDomain: `${customerId}.example`,
          domains: [],
          relationship: 'reseller',
          azureSubscriptionIds: [],
          access: { way: 'app' },
          healthShard: `${connection.id}|${String(shard)}`,
          openIncidentIds: [],
          coverage: {},
          detailsAt,
          externalRefs: [],
        }),
      ),
    );
  }
  const head = { connectionId: connection.id, pages: 0, skipped: 0, lastShard, failures: 0, lastDoneAt: detailsAt };
  await directoryRelay(relay).begin(
    `directory|${connection.id}`,
    head,
    scopeFor(() => undefined, 'bench'),
  );
}
