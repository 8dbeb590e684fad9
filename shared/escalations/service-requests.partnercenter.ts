import { uuidOf } from '../core/hash.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { SourceFailure } from '../customers/customers-source.ts';
import { exchange, jsonOf, refusal, type UpstreamDeps } from '../customers/upstream-json.http.ts';
import type { HttpAnswer } from '../platform/http.ts';
import type { CaseFollower, CaseRef, CaseWish, WishOutcome } from './case-follower.ts';
import type { Passing, Refused } from './filing-channel.ts';
import { partnerCenterRefusalOf } from './partner-center-refusals.ts';
import { hasNote, ownMark, serviceRequestSchema, toCaseSeen, type ServiceRequest } from './service-request.ts';

export type ServiceRequestDeps = UpstreamDeps & { cloud: Pick<DeskCloud, 'endpoints'> };

/** What stands in a PATCH for "leave as it is". Source: Microsoft docs, "Update a service request". */
const left = { Severity: 'unknown', Status: 'none' };

/**
 * Follows cases that stand at Partner Center as service requests: by id, a note or an end by PATCH; they cannot be created by
 * API since August 2020. Always as the person of the connection. Source: Microsoft docs, "Service request resources".
 */
export function partnerCenterFollower(deps: ServiceRequestDeps): CaseFollower {
  return {
    read: async (ref, since) =>
      guarded(async () => {
        const request = await readRequest(deps, ref);
        return request ? { kind: 'found' as const, case: toCaseSeen(request, since) } : { kind: 'absent' as const };
      }),
    wish: async (ref, wish, isRepeat) => {
      if (isRepeat) {
        const there = await guarded(async () => {
          const request = await readRequest(deps, ref);
          return request && isDone(request, wish) ? { kind: 'done' as const } : undefined;
        });
        if (there) return there;
      }
      return patch(deps, ref, wish);
    },
  };
}

const pathOf = ({ caseNumber }: CaseRef): string => `/v1/servicerequests/${encodeURIComponent(caseNumber)}`;

type Asked = { body?: unknown; headers: Record<string, string> };

const send = async (deps: ServiceRequestDeps, ref: CaseRef, { body, headers }: Asked): Promise<HttpAnswer> =>
  exchange(deps, {
    want: {
      tenantId: ref.partnerTenantId,
      resource: 'partnercenter',
      connectionId: ref.connectionId,
      way: 'delegated',
    },
    url: `${deps.cloud.endpoints.partnerCenterBaseUrl}${pathOf(ref)}`,
    headers: { 'MS-Contract-Version': 'v1', 'X-Locale': 'en-US', ...headers },
    ...(body !== undefined && { body, method: 'PATCH' as const }),
  });

/** Asks for the own requests first, then, as the documentation has it, for those of colleagues. */
async function readRequest(deps: ServiceRequestDeps, ref: CaseRef): Promise<ServiceRequest | undefined> {
  for (const headers of [{}, { IncludeOrganizationRequests: 'true' }] as Record<string, string>[]) {
    const answer = await send(deps, ref, { headers });
    if (answer.status === 200) return parsed(answer.body);
    if (answer.status !== 404) throw refusal(answer, deps.clock.now());
  }
  return undefined;
}

function parsed(body: string): ServiceRequest {
  try {
    return serviceRequestSchema.parse(jsonOf(body));
  } catch (cause) {
    throw new SourceFailure('unreadable', 'The answer is not what it must be.', { status: 200, cause });
  }
}

function isDone(request: ServiceRequest, wish: CaseWish): boolean {
  if (wish.kind === 'message') return hasNote(request, ownMark(wish.name));
  const { isClosed, severity } = toCaseSeen(request, undefined);
  return wish.kind === 'close' ? isClosed : severity === wish.severity;
}

/** Once it has left, silence and a failing server mean that nobody knows; the same MS-RequestId says that it is the same call. */
async function patch(deps: ServiceRequestDeps, ref: CaseRef, wish: CaseWish): Promise<WishOutcome> {
  const headers = { 'MS-RequestId': requestIdOf(ref, wish) };
  try {
    const answer = await send(deps, ref, { body: bodyOf(wish), headers });
    if (answer.status >= 200 && answer.status < 300) return { kind: 'done' };
    const failure = refusal(answer, deps.clock.now());
    return failure.reason === 'away' ? unknown(failure) : troubleOf(failure);
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    return error.cause instanceof Error && error.cause.name === 'TokenFailure' ? troubleOf(error) : unknown(error);
  }
}

function bodyOf(wish: CaseWish): unknown {
  if (wish.kind === 'severity') return { ...left, Severity: wish.severity };
  const note = { NewNote: { Text: `${wish.text}\n${ownMark(wish.name)}` } };
  return wish.kind === 'close' ? { ...left, Status: 'closed', ...note } : { ...left, ...note };
}

/** The same at every try of the same wish. Source: Microsoft docs, "Partner Center REST headers". */
const requestIdOf = ({ escalationId }: CaseRef, wish: CaseWish): string =>
  uuidOf('service-request', escalationId, wish.kind === 'severity' ? `severity|${wish.severity}` : wish.name);

const again = ({ retryAfterSeconds: seconds }: SourceFailure) =>
  seconds === undefined ? {} : { retryAfterSeconds: seconds };

const unknown = (failure: SourceFailure): WishOutcome => ({
  kind: 'unknown',
  reason: failure.message,
  ...again(failure),
});

/** A sign-in that fails may be mended any minute: it lasts a day before it counts. */
function troubleOf(failure: SourceFailure): Passing | Refused {
  const { reason, status, code, message } = failure;
  if (reason !== 'refused') return { kind: 'passing', reason: message, ...again(failure) };
  const upstream = [status, code].filter((part) => part !== undefined).join(' ');
  const refused: Refused = {
    kind: 'refused',
    code: partnerCenterRefusalOf(status, code),
    ...(upstream !== '' && { upstream }),
  };
  return status === undefined || status === 401
    ? { kind: 'passing', reason: upstream === '' ? message : upstream, doubt: refused }
    : refused;
}

/** Around calls that change nothing. */
async function guarded<T>(work: () => Promise<T>): Promise<T | Passing | Refused> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SourceFailure) return troubleOf(error);
    throw error;
  }
}
