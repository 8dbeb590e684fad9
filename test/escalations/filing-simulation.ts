import { AsyncLocalStorage } from 'node:async_hooks';
import { unavailable } from '../../shared/core/errors.ts';
import { followByFiling } from '../../shared/escalations/follow-by-filing.ts';
import { azureSupportChannel } from '../../shared/escalations/azure-support.azuresupport.ts';
import { createEscalate } from '../../shared/escalations/escalate.ts';
import { partitionOf } from '../../shared/escalations/escalation-store.ts';
import type { EscalationDeps } from '../../shared/escalations/ports.ts';
import { createProjectEscalation } from '../../shared/escalations/project-escalation.ts';
import { createStepEscalation } from '../../shared/escalations/step-escalation.ts';
import { putContract } from '../../shared/escalations/contract-store.ts';
import { sweepPartition, type WakeMessage } from '../../shared/platform/outbox.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus, type Held } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { azureSupportSimulation, knownTokens, managementBaseUrl, type CallFault } from './azure-support-simulation.ts';
import { aConnection, aContact, aCustomer, anAzureRequest, aPerson, partnerTenant, someContracts } from './builders.ts';

const functionTimeoutMs = 120_000;
const minute = 60_000;
const troubledFor = 20 * minute;
export const requestIds = ['a', 'b', 'c'].map((letter) => `${letter}bcdefghijklmnopqrstuvwxy2`);

type Worker = { startedAt: number };

/**
 * The real filing code over simulated ports: two and more workers on one message, lost calls and lost answers, late commits,
 * crashes, pauses longer than a lock, executions killed by the function's time-out. The same seed repeats the same run.
 */
export async function runFiling(seed: number, settleMs?: number) {
  const random = seededRandom(seed);
  const chance = (share: number) => random() < share;
  const moved = movedClock();
  const { clock } = moved;
  const start = clock.now();
  const worker = new AsyncLocalStorage<Worker>();
  const rate = 0.02 + random() * 0.1;
  const never = async () => new Promise<never>(() => undefined);
  const isTroubled = () => clock.now() - start < troubledFor;

  /** At every call of a worker: it may be held up, die, or have been killed meanwhile. */
  const around = async () => {
    const me = worker.getStore();
    if (!me) return;
    if (isTroubled()) {
      if (chance(rate / 4)) await never();
      if (chance(rate / 2)) await clock.sleep(Math.round(random() * 150_000));
    }
    if (clock.now() - me.startedAt > functionTimeoutMs) await never();
  };
  const trouble = {
    before: async () => {
      await around();
      if (worker.getStore() && isTroubled() && chance(rate)) throw unavailable('storage', undefined);
    },
    after: async () => {
      if (worker.getStore() && isTroubled() && chance(rate)) throw unavailable('storage', undefined);
      await around();
    },
  };

  const callFault = (kind: string): CallFault | undefined => {
    if (!isTroubled() || !chance(rate * 3)) return undefined;
    const list: CallFault[] = [
      { kind: 'lost-before' },
      { kind: 'status', status: 429, ...(chance(0.5) && { headers: { 'retry-after': '20' } }) },
      { kind: 'status', status: 503 },
      { kind: 'status', status: 401 },
      { kind: 'garbage' },
      { kind: 'lost-after' },
      ...(kind === 'put' ? [{ kind: 'late' as const, afterMs: Math.round(random() * 55_000) }] : []),
    ];
    return list[Math.floor(random() * list.length)];
  };

  const stores = memoryTables(trouble);
  const bus = memoryBus(clock.now, trouble);
  const ids = seededIds(random);
  const { scope } = capturedLog();
  const microsoft = azureSupportSimulation({
    clock,
    partnerTenantId: partnerTenant,
    setUpMs: chance(0.3) ? 0 : 3_000,
    fault: (_call, kind) => callFault(kind),
  });
  microsoft.state.refusesPlan = chance(0.15);
  const told = new Set<string>();
  const channel = azureSupportChannel({
    http: async (call) => {
      await around();
      const answer = await microsoft.http(call);
      await around();
      return answer;
    },
    tokens: knownTokens,
    clock,
    managementBaseUrl,
  });
  const deps: EscalationDeps = {
    tables: (name) => withWriteTokens(stores.tables(name), ids),
    bus: bus.bus,
    clock,
    random,
    cloud: 'global',
    requests: {
      isKnown: async () => Promise.resolve(true),
      readForEscalation: async (requestId) => anAzureRequest({ requestId }),
      applyEscalation: async ({ escalation }) => {
        await trouble.before();
        told.add(`${escalation.id} ${String(escalation.version)}`);
      },
    },
    customers: { byId: async () => aCustomer() },
    connections: () => aConnection(),
    contact: async () => aContact(),
    openIncidents: async () => [],
    channel,
    followers: { azure: followByFiling(channel) },
    announce: async () => Promise.resolve(),
    caseSyncMinutes: 5,
  };
  const handlers = {
    escalations: createStepEscalation(deps, settleMs),
    'desk-events': createProjectEscalation(deps),
  };
  for (const contract of someContracts) await putContract(deps.tables('desk'), 'north', contract);
  const escalate = createEscalate(deps);
  for (const requestId of requestIds) {
    await escalate({ requestId, body: {}, caller: aPerson('olav'), headers: new Headers(), scope });
  }

  const receive = (held: Held) => {
    bus.take(held);
    const delivery = held.deliveries;
    const holdsLock = () => held.deliveries === delivery && held.lockedUntil > clock.now();
    const handle = handlers[held.queue as keyof typeof handlers];
    void worker.run({ startedAt: clock.now() }, async () => {
      try {
        await handle(held.message.body as WakeMessage, scope);
        if (holdsLock()) bus.complete(held);
      } catch {
        if (holdsLock()) bus.abandon(held);
      }
    });
  };
  const sweep = async () => {
    for (const requestId of requestIds) {
      const place = { table: 'escalations', pk: partitionOf(requestId) };
      await sweepPartition({ bus: bus.bus, clock, table: deps.tables('escalations') }, place, scope);
    }
  };
  const settled = async () => new Promise((resolve) => setImmediate(resolve));

  const end = start + 90 * minute;
  let sweepAt = start + minute;
  while (clock.now() < end) {
    const ready = bus.ready();
    const next = ready[Math.floor(random() * ready.length)];
    if (next) receive(next);
    await settled();
    if (bus.ready().length > 0) continue;
    if (clock.now() >= sweepAt) {
      await sweep();
      sweepAt += minute;
      continue;
    }
    const times = [bus.nextReadyAt(), moved.nextAt(), sweepAt, end].filter((at) => at !== undefined);
    await moved.advance(Math.max(1, Math.min(...times) - clock.now()));
    if (clock.now() - start > 60 * minute) for (const ticket of microsoft.tickets.values()) ticket.status = 'Closed';
  }
  return { microsoft, stores, bus, told };
}
