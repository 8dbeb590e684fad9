import { escalationRoutes } from '../../functions/escalations.http.ts';
import { escalationsQueue } from '../../functions/escalations.queue.ts';
import { azureSupportChannel } from '../../shared/escalations/azure-support.azuresupport.ts';
import { putContract } from '../../shared/escalations/contract-store.ts';
import type { EscalatableCustomer, EscalatableRequest } from '../../shared/escalations/escalatable.ts';
import { followByFiling } from '../../shared/escalations/follow-by-filing.ts';
import type { AppliedEscalation, EscalationDeps } from '../../shared/escalations/ports.ts';
import { createProjectEscalation } from '../../shared/escalations/project-escalation.ts';
import { postponing } from '../../shared/platform/postpone.ts';
import type { WakeMessage } from '../../shared/platform/outbox.ts';
import type { Answer, Call } from '../../shared/platform/route.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus, type Held } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { azureSupportSimulation, knownTokens, managementBaseUrl, type CallFault } from './azure-support-simulation.ts';
import { aConnection, aContact, aCustomer, aPerson, partnerTenant, someContracts, type Person } from './builders.ts';

type Options = {
  fault?: (kind: string) => CallFault | undefined;
  setUpMs?: number;
  change?: Partial<EscalationDeps>;
};

export type Notice = { eventId: string; portalIds: string[]; data: Record<string, unknown> | undefined };

/** The escalations of a desk over ports in memory, with Microsoft simulated and a clock that the test moves. */
export async function aDesk({ fault, setUpMs, change }: Options = {}) {
  const moved = movedClock();
  const { clock } = moved;
  const stores = memoryTables();
  const bus = memoryBus(clock.now);
  const random = seededRandom(7);
  const ids = seededIds(random);
  const log = capturedLog();
  const microsoft = azureSupportSimulation({
    clock,
    partnerTenantId: partnerTenant,
    ...(fault && { fault: (_call, kind) => fault(kind) }),
    ...(setUpMs !== undefined && { setUpMs }),
  });
  const requests = new Map<string, EscalatableRequest>();
  const customers = new Map<string, EscalatableCustomer>([['ccustomer', aCustomer()]]);
  const applied: AppliedEscalation[] = [];
  const notices: Notice[] = [];
  const openIncidents: { id: string; title: string }[] = [];
  const channel = azureSupportChannel({ http: microsoft.http, tokens: knownTokens, clock, managementBaseUrl });
  const deps: EscalationDeps = {
    tables: (name) => withWriteTokens(stores.tables(name), ids),
    bus: bus.bus,
    clock,
    random,
    cloud: 'global',
    requests: {
      isKnown: async (id) => requests.has(id),
      readForEscalation: async (id) => requests.get(id),
      applyEscalation: async (one) => {
        applied.push(one);
      },
    },
    customers: { byId: async (id) => customers.get(id) },
    connections: (id) => (id === 'north' ? aConnection() : undefined),
    contact: async () => aContact(),
    openIncidents: async (wanted) => openIncidents.filter((incident) => wanted.includes(incident.id)),
    channel,
    followers: { azure: followByFiling(channel) },
    announce: async ({ eventId, portalIds, data }) => {
      notices.push({ eventId, portalIds, data: data({ id: portalIds[0] ?? '', customers: 'all' }) });
    },
    caseSyncMinutes: 5,
    ...change,
  };
  for (const contract of someContracts) await putContract(deps.tables('desk'), 'north', contract);

  const handlers = {
    escalations: escalationsQueue(deps).handle,
    // As the composition does: what is away is waited for around the handler.
    'desk-events': postponing({ name: 'test', queue: 'desk-events', handle: createProjectEscalation(deps) }, deps)
      .handle,
  };
  const handle = async (held: Held) => {
    bus.take(held);
    await handlers[held.queue as keyof typeof handlers](held.message.body as WakeMessage, log.scope);
    bus.complete(held);
  };
  const routes = escalationRoutes(deps);

  return {
    deps,
    clock,
    advance: moved.advance,
    bus,
    stores,
    log,
    microsoft,
    requests,
    customers,
    applied,
    notices,
    openIncidents,
    handle,
    /** Takes every message that is ready, until none is. */
    drain: async () => {
      for (let held = bus.ready()[0]; held; held = bus.ready()[0]) await handle(held);
    },
    /** Lets time pass, taking messages as they become ready. */
    pass: async (ms: number) => {
      const end = clock.now() + ms;
      for (;;) {
        for (let held = bus.ready()[0]; held; held = bus.ready()[0]) await handle(held);
        const next = bus.nextReadyAt();
        if (next === undefined || next > end) break;
        await moved.advance(next - clock.now());
      }
      await moved.advance(end - clock.now());
    },
    call: async (name: string, asked: Asked = {}): Promise<Answer> => {
      const found = routes.find((one) => one.name === name);
      if (!found) throw new Error(`no route ${name}`);
      const { id, body, query = {}, caller = aPerson('olav'), headers = {} } = asked;
      const call: Call<unknown, unknown, unknown> = {
        params: found.params?.parse({ id }),
        query: found.query?.parse(query),
        body: found.body?.parse(body ?? {}),
        caller,
        headers: new Headers(headers),
        raw: new Uint8Array(),
        scope: log.scope,
      };
      return found.handle(call);
    },
  };
}

type Asked = {
  id?: string;
  body?: unknown;
  query?: Record<string, string>;
  caller?: Person;
  headers?: Record<string, string>;
};
