import { randomUUID } from 'node:crypto';
import { isoTime } from './reply.ts';
import type { Reply } from './reply.ts';
import { entraRefusal } from './entra-errors.ts';
import type { EntraCode } from './entra-errors.ts';

export type Fault = {
  /** `{api}.{resource}.{method}`, `*` for any run of characters. */
  match: string;
  /** HTTP status of the answer; 0 cuts the connection. Without it the call is only delayed. */
  status?: number | undefined;
  retryAfterSeconds?: number | undefined;
  /** Real time, before the effect. */
  delayMs: number;
  /** The effect happens all the same and only its answer is lost: a late commit, a lost response. */
  isAfterEffect: boolean;
  timesLeft: number;
};

export type Faults = {
  add(fault: Fault): void;
  clear(): void;
  /** The first fault that fits the call, counted down. */
  take(callName: string): Fault | undefined;
};

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add: (fault) => {
      faults.push(fault);
    },
    clear: () => {
      faults = [];
    },
    take: (callName) => {
      const fault = faults.find((one) => patternOf(one.match).test(callName));
      if (fault === undefined) return undefined;
      fault.timesLeft -= 1;
      faults = faults.filter((one) => one.timesLeft > 0);
      return fault;
    },
  };
}

function patternOf(match: string): RegExp {
  const literal = match.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 'i');
}

/** The answer of a fault, in the error shape of its API. */
export function faultReply(
  fault: { status: number; retryAfterSeconds?: number | undefined },
  callName: string,
  now: number,
): Reply {
  const { status, retryAfterSeconds } = fault;
  const [api = ''] = callName.split('.');
  const body =
    status < 400 ? undefined : errorBody({ api, status, callName, now, waitSeconds: retryAfterSeconds ?? 60 });
  return {
    status,
    ...(retryAfterSeconds !== undefined && { headers: { 'retry-after': String(retryAfterSeconds) } }),
    body,
  };
}

type ErrorContext = { api: string; status: number; callName: string; now: number; waitSeconds: number };

function errorBody(context: ErrorContext): unknown {
  switch (context.api) {
    case 'entra':
      return entraBody(context);
    case 'graph':
      return graphError({ ...context, ...graphErrors[context.status] });
    case 'partnercenter':
      return partnerCenterBody(context);
    case 'arm':
      return armBody(context);
    default:
      return { error: { code: codeOf(context.status), message: 'A fault was asked for at the control endpoint.' } };
  }
}

function codeOf(status: number): string {
  const codes: Record<number, string> = {
    400: 'BadRequest',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'NotFound',
    409: 'Conflict',
    429: 'TooManyRequests',
    503: 'ServiceUnavailable',
  };
  return codes[status] ?? (status >= 500 ? 'InternalServerError' : 'BadRequest');
}

function entraBody({ status, now }: ErrorContext): unknown {
  const codes: Partial<Record<number, EntraCode>> = { 400: 50173, 401: 7000215, 403: 700016 };
  const code = codes[status];
  if (code !== undefined) return entraRefusal(code, now).reply.body;
  return {
    error: 'temporarily_unavailable',
    error_description: 'AADSTS90033: A transient error has occurred. Please try again.',
    error_codes: [90033],
  };
}

const graphErrors: Partial<Record<number, { code: string; message: string }>> = {
  400: { code: 'BadRequest', message: 'Filter on this property is not available.' },
  401: { code: 'InvalidAuthenticationToken', message: 'Lifetime validation failed, the token is expired.' },
  403: { code: 'Forbidden', message: 'The application does not have the permission needed for this call.' },
  429: { code: 'TooManyRequests', message: 'Too many requests in the time window.' },
  503: { code: 'ServiceNotAvailable', message: 'The service is not available now.' },
};

type GraphError = {
  status: number;
  code?: string;
  message?: string;
  now: number;
  clientRequestId?: string;
};

/** Microsoft docs: Microsoft Graph error responses; `innerError.date` comes without a zone. */
export function graphError({ status, code, message, now, clientRequestId = randomUUID() }: GraphError) {
  const usual = graphErrors[status];
  return {
    error: {
      code: code ?? usual?.code ?? 'UnknownError',
      message: message ?? usual?.message ?? 'The call failed.',
      innerError: {
        date: isoTime(now).slice(0, 19),
        'request-id': randomUUID(),
        'client-request-id': clientRequestId,
      },
    },
  };
}

function partnerCenterBody({ status, waitSeconds }: ErrorContext): unknown {
  // The gateway throttles in a shape of its own. Microsoft docs: API throttling guidance for partners.
  if (status === 429) {
    return { statusCode: 429, message: `Rate limit is exceeded. Try again in ${String(waitSeconds)} seconds.` };
  }
  const business: Record<number, [code: string, description: string]> = {
    400: ['3000', 'Invalid property'],
    401: ['400', 'Access denied'],
    403: ['2032', 'Access denied'],
    404: ['1000', 'Not found'],
  };
  const [code, description] = business[status] ?? ['500', 'Internal server error'];
  return { code, description, source: 'PartnerAPI' };
}

/** The wording follows what callers with a CSP plan have reported: the plan check fails although both tokens are good. */
const planRefusal = {
  code: 'InvalidSupportPlan',
  message:
    'Your support plan type is CSP. Support tickets by API need a higher tier of support plan (ProDirect, Premier or Unified).',
};

function armBody({ status, callName }: ErrorContext): unknown {
  if (status === 403 && callName === 'arm.supportTickets.put') return { error: planRefusal };
  return { error: { code: codeOf(status), message: 'The request could not be served.' } };
}
