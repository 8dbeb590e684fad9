import type { Clock } from '../../shared/core/clock.ts';
import { HttpFailure, type Http, type HttpAnswer, type HttpCall } from '../../shared/platform/http.ts';
import type { TokenSource } from '../../shared/platform/tokens.ts';
import { communicationsSimulation } from './azure-communications-simulation.ts';

/** What happens to one call: nothing, an answer instead of the real one, or an effect whose answer is lost. */
export type CallFault =
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: string }
  | { kind: 'lost-before' }
  | { kind: 'lost-after' }
  | { kind: 'late'; afterMs: number }
  | { kind: 'garbage' }
  /** The right status, and half of the answer. */
  | { kind: 'cut' };

export type Ticket = {
  name: string;
  tenantId: string;
  number: string;
  status: string;
  engineer: string | null;
  createdAt: number;
  /** From when on a read sees it. */
  seenAt: number;
  /** How often a call was committed under this name: more than once would be two cases elsewhere. */
  commits: number;
  properties: Record<string, unknown>;
};

export const managementBaseUrl = 'https://management.example';
const tokenOf = (tenantId: string): string => `token-of-${tenantId}`;
export const knownTokens: TokenSource = async ({ tenantId }) => tokenOf(tenantId);

const base = '/providers/Microsoft.Support/services';
const services = [
  { name: 'billing', displayName: 'Billing', resourceTypes: [], classifications: ['Invoice'] },
  {
    name: 'vm-linux',
    displayName: 'Virtual Machine running Linux',
    resourceTypes: ['MICROSOFT.COMPUTE/VIRTUALMACHINES'],
    classifications: ['Performance / Slow disk', 'Connectivity / Cannot connect by SSH'],
  },
  { name: 'app', displayName: 'App Service', resourceTypes: ['MICROSOFT.WEB/SITES'], classifications: ['App is down'] },
];

type Options = {
  clock: Clock;
  /** The partner's tenant, whose token must come along. */
  partnerTenantId: string;
  fault?: (call: HttpCall, kind: string) => CallFault | undefined;
  /** Time between the acceptance of a ticket and its number; 0 answers 200 with the ticket. */
  setUpMs?: number;
  /** How long a new ticket is not seen by reads. */
  readLagMs?: () => number;
};

/** The Azure Support API in memory: names are honoured, tokens are checked, and everything can go wrong. */
export function azureSupportSimulation({
  clock,
  partnerTenantId,
  fault,
  setUpMs = 3_000,
  readLagMs = () => 0,
}: Options) {
  const tickets = new Map<string, Ticket>();
  const calls: { kind: string; status: number }[] = [];
  /** `mayWrite`: whether the role on the subscription is Support Request Contributor, and not Reader. */
  const state = { refusesPlan: false, mayWrite: true, setUpMs };
  const urls: string[] = [];
  let sequence = 0;
  const letters = communicationsSimulation({ tickets, now: clock.now, baseUrl: managementBaseUrl });

  const commit = (name: string, call: HttpCall) => {
    const known = tickets.get(name);
    if (known) {
      known.commits++;
      return;
    }
    tickets.set(name, {
      name,
      tenantId: (call.headers?.authorization ?? '').slice('Bearer token-of-'.length),
      number: `2611020030${String(++sequence).padStart(6, '0')}`,
      status: 'Open',
      engineer: null,
      createdAt: clock.now(),
      seenAt: clock.now() + readLagMs(),
      commits: 1,
      properties: (JSON.parse(call.body ?? '{}') as { properties: Record<string, unknown> }).properties,
    });
  };

  const view = (ticket: Ticket) => {
    const isSetUp = clock.now() >= ticket.createdAt + state.setUpMs;
    return json(200, {
      name: ticket.name,
      properties: {
        ...ticket.properties,
        status: ticket.status,
        isTemporaryTicket: isSetUp ? 'No' : 'Yes',
        ...(isSetUp && { supportTicketId: ticket.number }),
        supportEngineer: { emailAddress: ticket.engineer },
      },
    });
  };

  const unauthorized = (): HttpAnswer =>
    json(403, { error: { code: 'AuthorizationFailed', message: 'The client has no authorization over the scope.' } });

  const put = (name: string, call: HttpCall): HttpAnswer => {
    if (!state.mayWrite) return unauthorized();
    if (state.refusesPlan) {
      return json(403, {
        error: { code: 'NotAllowed', message: 'Your support plan type is CSP; a higher one is needed.' },
      });
    }
    commit(name, call);
    const ticket = tickets.get(name);
    if (ticket && state.setUpMs === 0) return view(ticket);
    const { pathname } = new URL(call.url);
    const operation = `${managementBaseUrl}${pathname.replace('/supportTickets/', '/operationsStatus/')}`;
    return { status: 202, headers: { 'azure-asyncoperation': operation, 'retry-after': '5' }, body: '' };
  };

  const answers: Record<string, (name: string, call: HttpCall) => HttpAnswer> = {
    services: () =>
      json(200, { value: services.map(({ name: id, ...properties }) => ({ id: `${base}/${id}`, properties })) }),
    classifications: (name) =>
      json(200, {
        value: (services.find((service) => service.name === name)?.classifications ?? []).map((displayName, n) => ({
          id: `${base}/${name}/problemClassifications/${String(n)}`,
          properties: { displayName },
        })),
      }),
    put,
    'check-name': () => (state.mayWrite ? json(200, { nameAvailable: true }) : unauthorized()),
    operation: (name) => {
      const ticket = tickets.get(name);
      const isDone = ticket !== undefined && clock.now() >= ticket.createdAt + state.setUpMs;
      return json(200, { status: isDone ? 'Succeeded' : 'InProgress' });
    },
    get: (name) => {
      const ticket = tickets.get(name);
      return ticket && clock.now() >= ticket.seenAt
        ? view(ticket)
        : json(404, { error: { code: 'ResourceNotFound', message: 'no such ticket' } });
    },
  };

  const answer = (call: HttpCall, { kind, name }: Routed): HttpAnswer => {
    const headers = call.headers ?? {};
    const hasTokens =
      headers.authorization?.startsWith('Bearer token-of-') === true &&
      headers['x-ms-authorization-auxiliary'] === `Bearer ${tokenOf(partnerTenantId)}`;
    if (!hasTokens) return json(401, { error: { code: 'InvalidAuthenticationToken', message: 'no' } });
    if (kind === 'patch' || kind.startsWith('communication')) return letters.answer(kind, call);
    return answers[kind]?.(name, call) ?? json(404, { error: { code: 'NotFound', message: 'no such path' } });
  };

  const http: Http = async (call) => {
    const routed = routeOf(call);
    urls.push(call.url);
    const trouble = fault?.(call, routed.kind);
    const given = troubled(trouble, () => answer(call, routed), clock);
    calls.push({ kind: routed.kind, status: given?.status ?? 0 });
    if (!given) throw new HttpFailure('timeout', 'no answer');
    return given;
  };

  return {
    http,
    tickets,
    calls,
    urls,
    state,
    letters,
    count: (kind: string) => calls.filter((call) => call.kind === kind).length,
  };
}

/** What the caller gets under a fault; undefined for silence. */
function troubled(fault: CallFault | undefined, answer: () => HttpAnswer, clock: Clock): HttpAnswer | undefined {
  switch (fault?.kind) {
    case undefined:
      return answer();
    case 'lost-before':
      return undefined;
    case 'lost-after':
      answer();
      return undefined;
    case 'late':
      void clock.sleep(fault.afterMs).then(answer);
      return undefined;
    case 'garbage':
      return { ...answer(), status: 200, body: '<html>' };
    case 'cut': {
      const whole = answer();
      return { ...whole, body: whole.body.slice(0, whole.body.length / 2) };
    }
    case 'status':
      return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '{}' };
  }
}

/** What is asked of a ticket. */
function ticketCall(method: HttpCall['method'], pathname: string): string {
  if (!pathname.startsWith('/subscriptions/')) return 'tenant-level';
  if (pathname.endsWith('/communications')) return 'communications';
  if (pathname.includes('/communications/')) return method === 'PUT' ? 'communication-put' : 'communication';
  return { PUT: 'put', PATCH: 'patch' }[method as string] ?? 'get';
}

type Routed = { kind: string; name: string };

function routeOf({ method, url }: HttpCall): Routed {
  const { pathname } = new URL(url);
  const parts = pathname.split('/');
  const name = parts.at(-1) ?? '';
  if (pathname.includes('/operationsStatus/')) return { kind: 'operation', name };
  if (pathname.includes('/supportTickets/')) return { kind: ticketCall(method, pathname), name };
  if (pathname.startsWith('/subscriptions/') && pathname.endsWith('/checkNameAvailability')) {
    return { kind: method === 'POST' ? 'check-name' : 'unknown', name };
  }
  if (pathname.endsWith('/problemClassifications')) return { kind: 'classifications', name: parts.at(-2) ?? '' };
  return { kind: pathname.endsWith('/services') ? 'services' : 'unknown', name };
}

const json = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
