import { HttpRequest, InvocationContext, type HttpResponseInit } from '@azure/functions';
import { deskEventsFunction } from '../../functions/desk-events.queue.ts';
import { requestChangeRoutes } from '../../functions/request-changes.http.ts';
import { requestRoutes } from '../../functions/requests.http.ts';
import { withIncludedRoles, type Caller, type Role } from '../../shared/core/caller.ts';
import { adminLinks } from '../../shared/customers/admin-links.ts';
import { customerIdOf, customerRow, type Customer } from '../../shared/customers/customer.ts';
import { handleRoute } from '../../shared/platform/handle-route.ts';
import { handleQueue } from '../../shared/platform/queue-handler.ts';
import type { TableName } from '../../shared/platform/resources.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { memoryBus, type BusTrouble } from '../support/memory-bus.ts';
import { memoryTables, type TableTrouble } from '../support/memory-table.ts';
import { capturedLog } from '../support/captured-log.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import type { HookChangesDeps } from '../../shared/requests/hook-changes.ts';
import type { Notice } from '../../shared/requests/ports.ts';
import { builtInRules } from '../../shared/requests/boundary-rules.ts';
import { createRequests } from '../../shared/requests/requests.ts';
import type { RequestAnswer } from '../../shared/requests/request-answer.ts';
import type { SentRequest } from '../../shared/requests/request.ts';
import { defaultStatement } from '../../shared/statement/default-statement.ts';
import { liveIncidents } from './live-incidents.ts';

const tenants = {
  contoso: '11111111-1111-4111-8111-111111111111',
  fabrikam: '22222222-2222-4222-8222-222222222222',
  tailspin: '33333333-3333-4333-8333-333333333333',
};
export type TenantName = keyof typeof tenants;
export const customerId = (name: TenantName): string => customerIdOf('global', tenants[name]);
export const tenantId = (name: TenantName): string => tenants[name];

const aCustomer = (name: TenantName): Customer => ({
  customerId: customerId(name),
  connectionId: 'main',
  tenantId: tenants[name],
  name,
  initialDomain: `${name}.onmicrosoft.example`,
  domains: [`${name}.example`],
  relationship: 'reseller',
  azureSubscriptionIds: [],
  access: { way: 'app' },
  healthShard: 'main|0',
  openIncidentIds: liveIncidents.map(({ id }) => ({ id, revision: '1' })),
  coverage: {},
  detailsAt: '2026-11-01T00:00:00.000Z',
  externalRefs: [],
});

export const aSentRequest = (request: Partial<SentRequest> = {}): SentRequest => ({
  customer: { tenantId: tenants.contoso },
  title: 'Outgoing mail is very slow',
  description: 'Messages to customers outside arrive forty minutes late.',
  severity: 'moderate',
  contact: { name: 'Ada Lovelace', email: 'ada@contoso.example' },
  ...request,
});

/** Portal `north` has contoso and fabrikam, portal `south` tailspin. */
export const aPortal = (portalId: 'north' | 'south'): Caller & { kind: 'portal' } => ({
  kind: 'portal',
  id: `portal:${portalId}`,
  portalId,
  customers: new Set(portalId === 'north' ? [customerId('contoso'), customerId('fabrikam')] : [customerId('tailspin')]),
});

export const aPerson = (role: Role = 'Desk.Operate', objectId = 'o1'): Caller => ({
  kind: 'person',
  id: `home.${objectId}`,
  name: 'Grace',
  tenantId: 'home',
  objectId,
  roles: withIncludedRoles([role]),
});

export type Called = { status: number; body: unknown; text: string; headers: Record<string, string> };
/** `text` is a body as it goes over the wire, where `body` could not say it. */
type Options = { as?: Caller; body?: unknown; text?: string; headers?: Record<string, string> };

/** The requests of a desk over tables and bus in memory, called the way callers do: by HTTP. */
export function aDesk(trouble: { table?: TableTrouble; bus?: BusTrouble; seed?: number } = {}) {
  const moved = movedClock();
  const ids = seededIds(seededRandom(trouble.seed ?? 1));
  const memory = memoryTables(trouble.table);
  const held = memoryBus(() => moved.clock.now(), trouble.bus);
  const { log, entries, scope } = capturedLog();
  const notices = new Map<string, Notice & { told: unknown[] }>();
  const cancelled: string[] = [];
  const announcing = { before: async () => Promise.resolve() };
  const live = { incidents: liveIncidents, asked: [] as readonly { id: string }[] };
  const statement = { now: { ...defaultStatement, version: 3 } };
  /** Portals that send webhooks: who they are now, and what of theirs was set aside for people. */
  const hooks: Pick<HookChangesDeps, 'portalCaller' | 'setAside'> = {
    portalCaller: async (id) => Promise.resolve(id === 'north' || id === 'south' ? aPortal(id) : undefined),
    setAside: async () => Promise.resolve(),
  };

  const requests = createRequests({
    tables: (name) => withWriteTokens(memory.tables(name), ids),
    bus: held.bus,
    clock: moved.clock,
    ids,
    random: seededRandom(5),
    customers: {
      resolve: async (name, mayUse) => {
        const id = name.customerId ?? customerIdOf('global', name.tenantId ?? '');
        if (!mayUse(id)) return undefined;
        const row = await memory.tables('customers').get('customer', id);
        return row && customerRow.fromRow(row);
      },
    },
    liveIncidents: async (refs) => {
      live.asked = refs;
      return Promise.resolve([...live.incidents]);
    },
    currentStatement: async () => Promise.resolve(statement.now),
    boundaryRules: async () => Promise.resolve(builtInRules),
    adminLinks: (customer, service) => adminLinks('global', customer, { service }),
    portalCaller: async (id) => hooks.portalCaller(id),
    setAside: async (unplaced, scope) => hooks.setAside(unplaced, scope),
    microsoftClocks: async () => Promise.resolve([]),
    tellEscalations: async (requestId) => {
      cancelled.push(requestId);
      return Promise.resolve();
    },
    announce: async (notice) => {
      await announcing.before();
      const portal = { id: notice.portalIds[0] ?? '', customers: 'all' as const };
      if (!notices.has(notice.eventId)) notices.set(notice.eventId, { ...notice, told: [notice.data(portal)] });
    },
  });

  const putCustomer = (name: TenantName, more: Partial<Customer> = {}) => {
    const customer = { ...aCustomer(name), ...more };
    return memory
      .tables('customers')
      .transact('customer', [{ kind: 'upsert', rk: customer.customerId, columns: customerRow.toColumns(customer) }]);
  };

  const routes = [...requestRoutes(requests), ...requestChangeRoutes(requests)];
  const call = async (method: string, path: string, options: Options = {}): Promise<Called> => {
    const [plain = '', search = ''] = path.split('?');
    const [, , id, rest] = plain.split('/');
    const pattern = ['api/requests', ...(id === undefined ? [] : ['{id}']), ...(rest === undefined ? [] : [rest])].join(
      '/',
    );
    const route = routes.find((one) => one.method === method && one.path === pattern);
    const text = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const request = new HttpRequest({
      method: method,
      url: `http://desk.example/${plain}${search === '' ? '' : `?${search}`}`,
      params: { ...(id !== undefined && { id }) },
      headers: { 'content-type': 'application/json', ...options.headers },
      ...(text !== undefined && { body: { string: text } }),
    });
    const deps = {
      authenticate: async () => Promise.resolve(options.as ?? aPortal('north')),
      takeTurn: () => undefined,
      ids,
      logFor: () => log,
    };
    return calledOf(await handleRoute(route!, deps)(request, new InvocationContext()));
  };

  const project = deskEventsFunction({ 'request-event': requests.project, 'hook-waiting': requests.bringOn });
  const consume = handleQueue(project, { logFor: () => log, ids });

  return {
    ...{
      moved,
      memory,
      held,
      entries,
      scope,
      notices,
      announcing,
      live,
      statement,
      hooks,
      requests,
      call,
      putCustomer,
      ids,
    },
    routes,
    /** Requests whose escalations were to be taken back. */
    cancelled,
    of: (name: TableName) => memory.of(name),
    /** Hands every message that is ready to its consumer, until none is. */
    settle: async (): Promise<void> => {
      for (;;) {
        const next = held.ready()[0];
        if (!next) return;
        held.take(next);
        try {
          await consume(next.message.body, new InvocationContext());
          held.complete(next);
        } catch {
          held.abandon(next);
        }
      }
    },
    consume: async (body: unknown) => consume(body, new InvocationContext()),
    /** Takes in a request and answers it. */
    submit: async (request: Partial<SentRequest> = {}, options: Omit<Options, 'body'> = {}): Promise<RequestAnswer> => {
      const { body } = await call('POST', 'api/requests', { ...options, body: aSentRequest(request) });
      return body as RequestAnswer;
    },
    reset: () => {
      for (const name of ['requests', 'requestlists', 'customers'] as const) {
        Object.assign(memory.of(name).counts, { get: 0, transact: 0, query: 0, rows: 0, refused: 0, written: 0 });
      }
      held.counts.sends = 0;
    },
    /** What storage and bus were asked since the last reset. */
    cost: () => {
      const each = (['requests', 'requestlists', 'customers'] as const).map((name) => memory.of(name).counts);
      const sum = (of: 'get' | 'transact' | 'query' | 'refused' | 'written' | 'rows') =>
        each.reduce((total, counts) => total + counts[of], 0);
      return {
        gets: sum('get'),
        queries: sum('query'),
        rows: sum('rows'),
        transactions: sum('transact'),
        refused: sum('refused'),
        written: sum('written'),
        sends: held.counts.sends,
      };
    },
  };
}

export type Desk = ReturnType<typeof aDesk>;

/** A desk that knows its three customers, and has cost nothing yet. */
export async function anOpenDesk(trouble?: Parameters<typeof aDesk>[0]): Promise<Desk> {
  const desk = aDesk(trouble);
  for (const name of Object.keys(tenants) as TenantName[]) await desk.putCustomer(name);
  desk.reset();
  return desk;
}

function calledOf(answer: HttpResponseInit): Called {
  const text = typeof answer.body === 'string' ? answer.body : '';
  return {
    status: answer.status ?? 0,
    text,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
    headers: answer.headers as Record<string, string>,
  };
}
