import { azureSupportFollower } from '../../shared/escalations/azure-follower.azuresupport.ts';
import { AsyncLocalStorage } from 'node:async_hooks';
import { escalationsQueue } from '../../functions/escalations.queue.ts';
import { escalationRoutes } from '../../functions/escalations.http.ts';
import { isAppError, unavailable } from '../../shared/core/errors.ts';
import { azureSupportChannel } from '../../shared/escalations/azure-support.azuresupport.ts';
import { learnCapability, putContract } from '../../shared/escalations/contract-store.ts';
import { partitionOf } from '../../shared/escalations/escalation-store.ts';
import type { AppliedEscalation, EscalationDeps } from '../../shared/escalations/ports.ts';
import { createProjectEscalation } from '../../shared/escalations/project-escalation.ts';
import { cancelWithdrawn } from '../../shared/escalations/withdraw.ts';
import { postponing } from '../../shared/platform/postpone.ts';
import { sweepPartition, type WakeMessage } from '../../shared/platform/outbox.ts';
import type { Table } from '../../shared/platform/table.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus, type Held } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { azureSupportSimulation, knownTokens, managementBaseUrl } from './azure-support-simulation.ts';
import {
  aConnection,
  aContact,
  aCustomer,
  anAzureRequest,
  aPerson,
  openGate,
  partnerTenant,
  someContracts,
} from './builders.ts';
import { forced, incident } from './a-shared-case.ts';

const minute = 60_000;
const troubledFor = 25 * minute;
/** So long a person repeats a call that does not get through. */
const patience = 20_000;

/** Five requests of three customers, each customer with a portal of its own. */
export const members = ['a', 'b', 'c', 'd', 'e'].map((letter, n) => ({
  requestId: `${letter}bcdefghijklmnopqrstuvwxy2`,
  customerId: `customer-${String(n % 3)}`,
  portalId: `portal-${String(n % 3)}`,
}));
export type Member = (typeof members)[number];

/** Waits until what can run without time passing has run. */
const settled = async () => new Promise((resolve) => setImmediate(resolve));

/**
 * The real code over simulated ports: operators escalate, join, take off and close five requests about one incident, while two and
 * more workers meet faults and crashes at every call. The same seed repeats the same run.
 */
export async function runJoining(seed: number) {
  const random = seededRandom(seed);
  const chance = (share: number) => random() < share;
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const moved = movedClock();
  const { clock } = moved;
  const start = clock.now();
  const worker = new AsyncLocalStorage<true>();
  const rate = random() * 0.06;
  const freezeRate = chance(0.5) ? rate : 0.4;
  const isTroubled = () => worker.getStore() === true && clock.now() - start < troubledFor;
  /** A worker may be held up, die, or find storage away, before a call and after its effect. */
  const trouble = async () => {
    if (!isTroubled()) return;
    if (chance(rate / 4)) await new Promise<never>(() => undefined);
    if (chance(rate)) await clock.sleep(Math.round(random() * 8_000));
    if (chance(rate)) throw unavailable('storage', undefined);
  };
  const stores = memoryTables({ before: trouble, after: trouble });
  /** A whole process may stand still for minutes before it writes what it decided by what it read. */
  const freezing = (table: Table): Table => ({
    ...table,
    transact: async (pk, ops) => {
      const isHead = ops.some(({ rk }) => rk.startsWith('X|'));
      if (isHead && isTroubled() && chance(freezeRate)) await clock.sleep(Math.round(random() * 3 * minute));
      return table.transact(pk, ops);
    },
  });
  const bus = memoryBus(clock.now, { before: trouble, after: trouble });
  const ids = seededIds(random);
  const { scope } = capturedLog();
  const microsoft = azureSupportSimulation({ clock, partnerTenantId: partnerTenant, setUpMs: 3_000 });
  const requests = new Map(members.map((one) => [one.requestId, 'new']));
  const applied = new Map<string, AppliedEscalation>();
  const notices = new Map<string, { portalId: string; data: string }>();
  const likelyIncidents = [{ ...incident, confidence: 0.9 }];
  const support = { http: microsoft.http, tokens: knownTokens, clock, managementBaseUrl };
  const channel = azureSupportChannel(support);
  const deps: EscalationDeps = {
    tables: (name) => freezing(withWriteTokens(stores.tables(name), ids)),
    bus: bus.bus,
    clock,
    random,
    cloud: 'global',
    requests: {
      isKnown: async (id) => Promise.resolve(requests.has(id)),
      readForEscalation: async (requestId) => {
        await trouble();
        const member = members.find((one) => one.requestId === requestId);
        return member && anAzureRequest({ ...member, likelyIncidents, state: requests.get(requestId) ?? 'new' });
      },
      applyEscalation: async (one) => {
        await trouble();
        applied.set(`${one.requestId} ${one.escalation.id} ${String(one.escalation.version)}`, one);
      },
    },
    customers: { byId: async (customerId) => Promise.resolve(aCustomer({ customerId })) },
    connections: () => aConnection(),
    contact: async () => Promise.resolve(aContact()),
    openIncidents: async () => Promise.resolve([incident]),
    channel,
    ...openGate,
    followers: { azure: azureSupportFollower({ ...support, sender: async () => Promise.resolve(aContact().email) }) },
    announce: async ({ eventId, portalIds, data }) => {
      await trouble();
      const [portalId = ''] = portalIds;
      notices.set(`${eventId} ${portalId}`, {
        portalId,
        data: JSON.stringify(data({ id: portalId, customers: 'all' })),
      });
    },
    rights: async () => Promise.resolve({ kind: 'granted' }),
    delegation: async () => Promise.resolve({ offered: true }),
    duty: async () => Promise.resolve(undefined),
    readSecret: async (name) => Promise.resolve(name),
    caseSyncMinutes: 5,
  };
  const desk = deps.tables('desk');
  for (const contract of someContracts) await putContract(desk, 'north', contract);
  const [subscriptionId = ''] = aCustomer().azureSubscriptionIds;
  await learnCapability(
    { desk, clock },
    { connectionId: 'north', channel: 'azure-support', subscriptionId, state: 'proven' },
  );

  const routes = new Map(escalationRoutes(deps).map((one) => [one.name, one]));
  const operator = aPerson('ada', 'Desk.Admin');
  /** A call as a client makes it: it may die, and what is away is asked again. `undefined` where the desk refuses. */
  const call = async (name: string, id: string, body: unknown = {}): Promise<unknown> => {
    const common = { params: { id }, query: {}, caller: operator, raw: new Uint8Array(), scope };
    for (const since = clock.now(); clock.now() - since < patience;) {
      try {
        return await worker.run(true, async () =>
          routes.get(name)?.handle({ ...common, body, headers: new Headers() }),
        );
      } catch (error) {
        if (!isAppError(error)) throw error;
        if (error.code !== 'unavailable') return undefined;
        await clock.sleep(1_000);
      }
    }
    return undefined;
  };
  /** Forces what is to wait, as it was seen: whoever did not get through for a while looks again. */
  const escalate = async ({ requestId }: Member) => {
    for (let looks = 0; looks < 10; looks++) {
      const lookedAt = clock.now();
      if ((await call('escalateRequest', requestId)) !== undefined) return;
      if (clock.now() - lookedAt >= patience) continue;
      if ((await call('escalateRequest', requestId, forced)) !== undefined) return;
    }
  };
  const close = async ({ requestId }: Member) => {
    requests.set(requestId, 'closed');
    // As the requests' own projector does: again until it is through.
    for (let isDone = false; !isDone;) {
      isDone = await cancelWithdrawn(deps, requestId, scope).then(
        () => true,
        async () => clock.sleep(20_000).then(() => false),
      );
    }
  };
  const act = async () => {
    const [one, other] = [oneOf(members), oneOf(members)];
    const id = `${other.requestId}-1`;
    if (chance(0.2)) return call('changeCaseRequests', id, { leave: one.requestId });
    if (chance(0.3)) return call('changeCaseRequests', id, { join: one.requestId });
    return chance(0.3) ? close(one) : undefined;
  };

  const handlers = {
    escalations: postponing(escalationsQueue(deps), deps).handle,
    'desk-events': postponing({ name: 'test', queue: 'desk-events', handle: createProjectEscalation(deps) }, deps)
      .handle,
  };
  const receive = (held: Held) => {
    bus.take(held);
    const delivery = held.deliveries;
    const holdsLock = () => held.deliveries === delivery && held.lockedUntil > clock.now();
    const handle = handlers[held.queue as keyof typeof handlers];
    void worker.run(true, async () => {
      try {
        await handle(held.message.body as WakeMessage, scope);
        if (holdsLock()) bus.complete(held);
      } catch {
        if (holdsLock()) bus.abandon(held);
      }
    });
  };
  const sweep = async () => {
    for (const { requestId } of members) {
      const place = { table: 'escalations', pk: partitionOf(requestId) };
      await sweepPartition({ bus: bus.bus, clock, table: deps.tables('escalations') }, place, scope);
    }
  };

  // All at about the same time, then what people do about it, then nothing but time, and at last Microsoft closes what there is.
  const plan: { at: number; what: () => unknown }[] = [
    ...members.map((one) => ({
      at: start + Math.round(random() * (chance(0.5) ? 2_000 : 20_000)),
      what: async () => escalate(one),
    })),
    ...Array.from({ length: 6 }, () => ({ at: start + Math.round(random() * 20 * minute), what: act })),
    ...Array.from({ length: 9 }, (_, n) => ({
      at: start + (n + 1) * 6 * minute,
      what: () => {
        for (const ticket of microsoft.tickets.values()) ticket.status = n === 8 ? 'Closed' : `Open ${String(n)}`;
      },
    })),
    ...Array.from({ length: 79 }, (_, n) => ({ at: start + (n + 1) * minute, what: sweep })),
  ].sort((a, b) => a.at - b.at);
  const end = start + 80 * minute;
  while (clock.now() < end) {
    while (plan[0] && plan[0].at <= clock.now()) {
      const next = plan.shift();
      void Promise.resolve(next?.what());
      await settled();
    }
    const ready = bus.ready();
    if (ready.length > 0) {
      receive(oneOf(ready));
      await settled();
      continue;
    }
    const times = [bus.nextReadyAt(), moved.nextAt(), plan[0]?.at, end].filter((at) => at !== undefined);
    await moved.advance(Math.max(1, Math.min(...times) - clock.now()));
  }
  return { microsoft, stores, bus, requests, applied: [...applied.values()], notices: [...notices.values()] };
}
