import { healthPolls } from '../../../functions/health-polls.queue.ts';
import type { Clock } from '../../../shared/core/clock.ts';
import type { Random } from '../../../shared/core/ids.ts';
import { isAppError, unavailable } from '../../../shared/core/errors.ts';
import type { DeskCloud } from '../../../shared/customers/cloud.ts';
import { createCustomerStore } from '../../../shared/customers/customer-store.ts';
import { customerIdOf, shardKey } from '../../../shared/customers/customer.ts';
import { directoryPartition } from '../../../shared/customers/directory.ts';
import { createIncidentDetail } from '../../../shared/health/incident-detail.ts';
import { createPollShard } from '../../../shared/health/poll-shard.ts';
import { createHealthShards } from '../../../shared/health/shard-members.ts';
import { wakeMessageSchema } from '../../../shared/platform/outbox.ts';
import type { Table } from '../../../shared/platform/table.ts';
import { scopeFor } from '../../../shared/platform/telemetry.ts';
import { withWriteTokens } from '../../../shared/platform/write-token.ts';
import { memoryBus, type Held } from '../../support/memory-bus.ts';
import { memoryTables } from '../../support/memory-table.ts';
import { seededIds } from '../../support/seeded.ts';
import { storiedMicrosoft, type Weather } from './microsoft.ts';
import type { Plant } from './plants.ts';
import type { Story } from './story.ts';

const connectionId = 'emea';
export const shardCount = 2;
const perShard = 3;
const startedAt = Date.parse('2026-11-02T09:00:00.000Z');

/** The id of the n-th tenant, of ten at most. */
const tenantOf = (n: number): string => `0000000${String(n)}-0000-4000-8000-000000000000`;

type DeskDeps = { stories: Story[]; random: Random; plant: Plant };

/** The real polls and the real reader of details over memory ports; storage and bus fail while the weather is wild. */
export async function aStoriedDesk({ stories, random, plant }: DeskDeps) {
  let now = startedAt;
  const clock: Clock = {
    now: () => now,
    sleep: async (_ms, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      }),
    deadline: () => new AbortController().signal,
  };
  const weather: Weather = { isWild: false };
  const memory = memoryTables();
  const bus = memoryBus(() => now, {
    before: async () => (weather.isWild && random() < 0.05 ? Promise.reject(new Error('refused')) : Promise.resolve()),
  });
  /** Revisions of each incident in the order in which they were committed. */
  const accepted = new Map<string, string[]>();
  const ids = seededIds(random);
  const trouble = async () => {
    // Runs that are under way at once take turns as the seed says.
    for (let turns = weather.isWild ? Math.floor(random() * 3) : 0; turns > 0; turns--) await Promise.resolve();
    if (weather.isWild && random() < 0.02) throw unavailable('storage', undefined);
  };
  const troubled = (table: Table): Table => ({
    get: async (pk, rk) => {
      await trouble();
      return table.get(pk, rk);
    },
    query: async (query) => {
      await trouble();
      return table.query(query);
    },
    transact: async (pk, ops) => {
      await trouble();
      const etags = await table.transact(pk, ops);
      const head = pk.startsWith('incident|') ? ops.find(({ rk }) => rk === 'I') : undefined;
      if (head && head.kind !== 'delete') note(String(head.columns.id), String(head.columns.revision));
      await trouble();
      return etags;
    },
  });
  const note = (id: string, revision: string) => {
    const known = accepted.get(id) ?? [];
    if (known.at(-1) !== revision) accepted.set(id, [...known, revision]);
  };
  const tables = (name: string): Table => {
    const table = withWriteTokens(troubled(memory.tables(name)), ids);
    return plant.table?.(table) ?? table;
  };
  const cloud: DeskCloud = {
    cloud: 'global',
    connections: [{ id: connectionId, tenantId: 'partner', clientId: 'client', role: 'direct' }],
    endpoints: { graphBaseUrl: '', partnerCenterBaseUrl: '', azureManagementBaseUrl: '' },
    healthPollMinutes: 5,
    customerSyncMinutes: 1_440,
  };
  const relay = { tables, bus: bus.bus, clock };
  const customers = createCustomerStore({ tables });
  const microsoft = storiedMicrosoft(stories, weather, { random, clock });
  const source = plant.source?.(microsoft.source, clock) ?? microsoft.source;
  const polls = healthPolls({
    shard: createPollShard({ ...relay, cloud, customers, source }),
    'incident-detail': createIncidentDetail({ ...relay, customers, readIssue: microsoft.readIssue }),
  });
  const scope = scopeFor(() => undefined, 'test');
  const shards = createHealthShards(relay);
  const tenants = Array.from({ length: shardCount * perShard }, (_, n) => tenantOf(n));
  const customerId = (tenantId: string): string => customerIdOf('global', tenantId);
  const dueAt = new Date(startedAt).toISOString();
  const directory = {
    connectionId,
    pages: 0,
    skipped: 0,
    lastShard: shardCount - 1,
    failures: 0,
    generation: 1,
    dueAt,
  };
  await tables('customers').transact(directoryPartition(connectionId), [
    { kind: 'insert', rk: 'H', columns: { v: 1, ...directory } },
  ]);
  for (let shard = 0; shard < shardCount; shard++) {
    const own = tenants.slice(shard * perShard, (shard + 1) * perShard);
    const members = own.map((tenantId) => ({ customerId: customerId(tenantId), tenantId }));
    await shards.put(connectionId, shard, members);
    for (const member of members) {
      await customers.insert({
        ...member,
        connectionId,
        name: 'Customer',
        initialDomain: 'customer.onmicrosoft.example',
        domains: [],
        relationship: 'reseller',
        azureSubscriptionIds: [],
        access: { way: 'app' },
        healthShard: shardKey(connectionId, shard),
        openIncidentIds: [],
        coverage: {},
        detailsAt: new Date(startedAt).toISOString(),
        externalRefs: [],
      });
    }
    await shards.start(connectionId, shard, scope);
  }

  /** Hands a message out, in wild weather often twice at once. One that fails comes again: a run that is cut is a run that died. */
  const handle = async (next: Held): Promise<void> => {
    const held = bus.take(next);
    const wake = wakeMessageSchema.parse(held.message.body);
    const runs = weather.isWild && random() < 0.3 ? [wake, wake] : [wake];
    const results = await Promise.allSettled(runs.map(async (message) => polls.handle(message, scope)));
    const failed = results.filter((result) => result.status === 'rejected');
    for (const { reason } of failed) if (!isAppError(reason, 'unavailable')) throw reason;
    if (failed.length < results.length) bus.complete(held);
    else bus.abandon(held);
  };

  /** Both shards and a reader of details may be at work at the same time. */
  const handleSome = async (): Promise<boolean> => {
    const ready = bus.ready().filter(({ queue }) => queue === 'health-polls');
    await Promise.all(ready.slice(0, weather.isWild ? 3 : 1).map(handle));
    return ready.length > 0;
  };

  return {
    accepted,
    bus,
    clock,
    customerId,
    customers,
    memory,
    relay: { ...relay, cloud },
    scope,
    tenants,
    weather,
    advance: (ms: number) => {
      now += ms;
    },
    drain: async (): Promise<void> => {
      while (await handleSome());
    },
  };
}

export type StoriedDesk = Awaited<ReturnType<typeof aStoriedDesk>>;
