import type { DeskCloud } from '../customers/cloud.ts';
import type { TroubleCode } from '../customers/coverage.ts';
import { dayMs, toIso, type Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { HttpFailure, retryAfterSeconds, type Http, type HttpAnswer } from '../platform/http.ts';
import { TokenFailure, type TokenSource } from '../platform/tokens.ts';
import { parseOverviews, type AnswerPage } from './service-health-answer.graph.ts';
import {
  ReadFailure,
  type Issue,
  type ReadTenant,
  type ServiceHealthSource,
  type TenantReading,
} from './service-health.ts';

type GraphDeps = {
  http: Http;
  tokens: TokenSource;
  clock: Pick<Clock, 'now'>;
  cloud: Pick<DeskCloud, 'endpoints'>;
};

const path = '/v1.0/admin/serviceAnnouncement/healthOverviews';

/**
 * Service communications of Microsoft Graph: one GET per tenant brings every service and the issues that changed.
 * Per-property `$filter` support is not documented, so a cloud that answers 400 is read whole for a day before the filter is
 * tried again. Microsoft docs: "List healthOverviews"; "Microsoft Graph throttling limits".
 */
export function graphServiceHealth(deps: GraphDeps): ServiceHealthSource {
  const root = `${deps.cloud.endpoints.graphBaseUrl}${path}`;
  let filterRefusedUntil = 0;
  return async (tenant) => {
    const token = await tokenFor(deps, tenant);
    const session: Session = { deps, token, way: tenant.way };
    const { changedAfter } = tenant;
    if (changedAfter === undefined || deps.clock.now() < filterRefusedUntil) return wholeTenant(session, root);
    const filter = `issues($filter=lastModifiedDateTime gt ${toIso(changedAfter)})`;
    const first = await get(session, `${root}?$expand=${encodeURIComponent(filter)}`);
    if (first.status !== 400) return { ...(await follow(session, first)), full: false };
    const whole = await wholeTenant(session, root);
    filterRefusedUntil = deps.clock.now() + dayMs;
    return whole;
  };
}

type Session = { deps: GraphDeps; token: string; way: ReadTenant['way'] };

const wholeTenant = async (session: Session, root: string): Promise<TenantReading> => ({
  ...(await follow(session, await get(session, `${root}?$expand=issues`))),
  full: true,
});

async function tokenFor({ tokens }: GraphDeps, { tenantId, connectionId, way }: ReadTenant): Promise<string> {
  try {
    return await tokens({ tenantId, connectionId, resource: 'graph', way: way === 'gdap' ? 'delegated' : 'app' });
  } catch (error) {
    if (!(error instanceof TokenFailure)) throw error;
    const { code, ...more } = tokenTroubles[error.reason];
    const { retryAfterSeconds: wait } = error;
    throw new ReadFailure(code, `No token: ${error.reason}.`, { ...more, retryAfterSeconds: wait, cause: error });
  }
}

type TokenTrouble = { code: TroubleCode } & Pick<Partial<ReadFailure>, 'scope' | 'detail'>;

const tokenTroubles: Record<TokenFailure['reason'], TokenTrouble> = {
  'not-consented': { code: 'not-consented' },
  'app-missing': { code: 'not-consented', detail: 'app-missing' },
  'tenant-unknown': { code: 'token', detail: 'tenant-unknown' },
  'sign-in-policy': { code: 'token', detail: 'sign-in-policy' },
  'no-relationship': { code: 'role-lacking' },
  'grant-dead': { code: 'token', scope: 'connection' },
  'no-grant': { code: 'token', scope: 'connection' },
  'invalid-grant': { code: 'token' },
  throttled: { code: 'throttled', scope: 'application' },
  away: { code: 'microsoft-down' },
};

async function get({ deps, token }: Session, url: string): Promise<HttpAnswer> {
  try {
    return await deps.http({
      method: 'GET',
      url,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', prefer: 'odata.maxpagesize=1000' },
      timeoutMs: limits.upstreamCallMs,
      maxBytes: limits.upstreamAnswerBytes,
    });
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw new ReadFailure('microsoft-down', `No answer: ${error.reason}.`, { cause: error });
  }
}

/** The pages of an answer. Rows that repeat (pages shift while they are read) count once, the newest of them. */
async function follow(session: Session, first: HttpAnswer): Promise<Omit<TenantReading, 'full'>> {
  const services = new Map<string, TenantReading['services'][number]>();
  const issues = new Map<string, Issue>();
  let page = pageOf(session, first);
  for (let pages = 1; ; pages++) {
    for (const service of page.services) services.set(service.id, service);
    for (const issue of page.issues) {
      const other = issues.get(issue.id);
      if (!other || other.revision < issue.revision) issues.set(issue.id, issue);
    }
    if (page.nextLink === undefined) return { services: [...services.values()], issues: [...issues.values()] };
    if (pages === limits.healthAnswerPages) throw new ReadFailure('microsoft-down', 'The answer has too many pages.');
    page = pageOf(session, await get(session, sameHost(session, page.nextLink)));
  }
}

/** The token goes to Graph and nowhere else, whatever an answer says. */
function sameHost({ deps }: Session, nextLink: string): string {
  const root = new URL(deps.cloud.endpoints.graphBaseUrl);
  const next = URL.canParse(nextLink) ? new URL(nextLink) : undefined;
  if (next?.origin !== root.origin || next.username !== '' || next.password !== '') {
    throw new ReadFailure('microsoft-down', 'The next page would be on another host.');
  }
  return nextLink;
}

function pageOf(session: Session, answer: HttpAnswer): AnswerPage {
  if (answer.status !== 200) throw refusal(session, answer);
  try {
    return parseOverviews(answer.body);
  } catch (cause) {
    throw new ReadFailure('microsoft-down', 'The answer cannot be read.', { cause });
  }
}

/** Branches on the status: Graph's error codes are an open set. A 403 is a state of that tenant, not an outage. */
function refusal({ deps, way }: Session, answer: HttpAnswer): ReadFailure {
  const { status } = answer;
  const message = `Graph answered ${String(status)}.`;
  if (status === 401) return new ReadFailure('token', message);
  if (status === 403) return new ReadFailure(way === 'gdap' ? 'role-lacking' : 'not-consented', message);
  if (status !== 429) return new ReadFailure('microsoft-down', message);
  // Graph's throttling page does not promise Retry-After for this service.
  return new ReadFailure('throttled', message, { retryAfterSeconds: retryAfterSeconds(answer, deps.clock.now()) });
}
