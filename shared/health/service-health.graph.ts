import type { DeskCloud } from '../customers/cloud.ts';
import { dayMs, toIso, type Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { HttpFailure, retryAfterSeconds, type Http, type HttpAnswer } from '../platform/http.ts';
import type { TokenSource } from '../platform/tokens.ts';
import { parseIssueDetails, parseOverviews, type AnswerPage } from './service-health-answer.graph.ts';
import {
  ReadFailure,
  type Issue,
  type ReadIssue,
  type ReadTenant,
  type ServiceHealthSource,
  type TenantReading,
} from './service-health.ts';
import { sameHost } from './same-host.ts';
import { tokenInto } from './token-into.ts';

export type GraphDeps = {
  http: Http;
  tokens: TokenSource;
  clock: Pick<Clock, 'now'>;
  cloud: Pick<DeskCloud, 'endpoints'>;
};

const path = '/v1.0/admin/serviceAnnouncement';

/** A way to ask for the issues, named so that a cloud that refuses it can be remembered. */
type Form = { name: 'changed, narrow' | 'changed' | 'narrow' | 'whole'; expand: string };

/** Everything but posts and details, which are most of the bytes. */
const narrow =
  '$select=id,title,impactDescription,classification,status,isResolved,feature,startDateTime,endDateTime,lastModifiedDateTime';

/** From the fewest bytes to what every cloud takes. */
function formsFor(changedAfter: number | undefined): Form[] {
  const all: Form[] = [
    { name: 'narrow', expand: `issues(${narrow})` },
    { name: 'whole', expand: 'issues' },
  ];
  if (changedAfter === undefined) return all;
  const changed = `$filter=lastModifiedDateTime gt ${toIso(changedAfter)}`;
  return [
    { name: 'changed, narrow', expand: `issues(${changed};${narrow})` },
    { name: 'changed', expand: `issues(${changed})` },
    ...all,
  ];
}

const isFull = (form: Form): boolean => form.name === 'narrow' || form.name === 'whole';

/**
 * Service communications of Microsoft Graph: one GET per tenant brings every service and the issues that changed.
 * Options on the expansion are not documented per property, so what a cloud answers with 400 is asked less narrowly, and not
 * tried again for a day. Microsoft docs: "List healthOverviews"; "Microsoft Graph throttling limits".
 */
export function graphServiceHealth(deps: GraphDeps): ServiceHealthSource {
  const root = `${deps.cloud.endpoints.graphBaseUrl}${path}/healthOverviews`;
  const refusedUntil = new Map<Form['name'], number>();
  return async (tenant) => {
    const token = await tokenFor(deps, tenant);
    const session: Session = { deps, token, way: tenant.way };
    const refused: Form[] = [];
    const ask = async ([form, ...wider]: Form[]): Promise<TenantReading> => {
      if (!form) throw new Error('the widest form is never left out');
      const first = await get(session, `${root}?$expand=${encodeURIComponent(form.expand)}`);
      if (first.status === 400 && wider.length > 0) {
        refused.push(form);
        return ask(wider);
      }
      return { ...(await follow(session, first)), full: isFull(form) };
    };
    const now = deps.clock.now();
    const forms = formsFor(tenant.changedAfter).filter(({ name }) => (refusedUntil.get(name) ?? 0) <= now);
    const reading = await ask(forms);
    for (const { name } of refused) refusedUntil.set(name, deps.clock.now() + dayMs);
    return reading;
  };
}

/** One issue with its posts, from one tenant that shows it. Microsoft docs: "Get serviceHealthIssue". */
export function graphIssue(deps: GraphDeps): ReadIssue {
  return async (tenant, issueId) => {
    const session: Session = { deps, token: await tokenFor(deps, tenant), way: tenant.way };
    const root = `${deps.cloud.endpoints.graphBaseUrl}${path}/issues`;
    const answer = await get(session, `${root}/${encodeURIComponent(issueId)}`);
    if (answer.status === 404) return undefined;
    return parsed(session, answer, parseIssueDetails);
  };
}

export type Session = { deps: GraphDeps; token: string; way: ReadTenant['way'] };

export const tokenFor = async ({ tokens }: GraphDeps, tenant: Omit<ReadTenant, 'changedAfter'>): Promise<string> =>
  tokenInto(tokens, 'graph', tenant);

export async function get({ deps, token }: Session, url: string, pageRows = 1_000): Promise<HttpAnswer> {
  try {
    return await deps.http({
      method: 'GET',
      url,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        prefer: `odata.maxpagesize=${String(pageRows)}`,
      },
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
    page = pageOf(session, await get(session, sameHost(session.deps.cloud.endpoints.graphBaseUrl, page.nextLink)));
  }
}

const pageOf = (session: Session, answer: HttpAnswer): AnswerPage => parsed(session, answer, parseOverviews);

export function parsed<T>(session: Session, answer: HttpAnswer, parse: (body: string) => T): T {
  if (answer.status !== 200) throw refusal(session, answer);
  try {
    return parse(answer.body);
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
