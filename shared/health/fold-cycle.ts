import { dayMs, fromIso, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { Member } from '../customers/health-shards.ts';
import type { Outcome } from './read-tenants.ts';
import type { Issue, TenantReading } from './service-health.ts';
import { severityOf } from './severity.ts';
import { lastGoodAt, type ShardHead, type ShardState, type TenantState } from './shard.ts';

/** A customer that lists an issue for the first time. `announced`: the issue is open, or was within the time the desk has watched. */
export type Link = { customerId: string; announced: boolean };

/** An issue about which this cycle brought something: its newest form, some customers that show that, and who newly lists it. */
export type IssueNews = { issue: Issue; shownBy: string[]; links: Link[] };

type Cycle = {
  head: Pick<ShardHead, 'cycleAt'>;
  state: ShardState;
  members: readonly Member[];
  outcomes: ReadonlyMap<string, Outcome>;
  now: number;
};

/** `customers`: ids of those whose open issues or trouble changed, which an intake must find on their rows. */
export type Folded = { state: ShardState; issues: IssueNews[]; customers: string[] };

/** Adds a cycle's answers to what the shard knew. Pure: the same answers give the same state and the same news. */
export function foldCycle(cycle: Cycle): Folded {
  const { state, members, outcomes } = cycle;
  const next: ShardState = { names: { ...state.names }, issues: { ...state.issues }, tenants: {} };
  const news = new Map<string, IssueNews>();
  for (const { customerId } of members) {
    const before = state.tenants[customerId] ?? { services: {}, open: [], past: [] };
    const outcome = outcomes.get(customerId) ?? { kind: 'skipped' };
    next.tenants[customerId] =
      outcome.kind === 'read'
        ? withReading({ cycle, next, news, customerId, before }, outcome.reading)
        : withoutReading(cycle, before, outcome);
  }
  settle(next, cycle.now);
  return { state: next, issues: [...news.values()], customers: changedCustomers(cycle.state, next) };
}

function withoutReading(cycle: Cycle, before: TenantState, outcome: Exclude<Outcome, { kind: 'read' }>): TenantState {
  const good = lastGoodAt(cycle.head, before);
  const after: TenantState = { ...before, ...(good !== undefined && { good }) };
  if (outcome.kind === 'skipped') return after;
  const since = before.trouble?.code === outcome.code ? before.trouble.since : toIso(cycle.now);
  after.trouble = { code: outcome.code, since };
  if (outcome.notBefore === undefined) delete after.notBefore;
  else after.notBefore = toIso(outcome.notBefore);
  return after;
}

type Folding = {
  cycle: Cycle;
  next: ShardState;
  news: Map<string, IssueNews>;
  customerId: string;
  before: TenantState;
};

function withReading(folding: Folding, reading: TenantReading): TenantState {
  const { next } = folding;
  const { open, past, unlisted } = takeIssues(folding, reading);
  for (const service of reading.services) next.names[service.id] = service.name;
  const services = Object.fromEntries(reading.services.map((service) => [service.id, service.status]));
  // An open issue of a service that is shown as healthy may have ceased to concern this tenant: only a whole read can tell.
  const recheck = !reading.full && unlisted.some((id) => contradicts(next, services, id));
  return { good: 'cycle', services, open: [...open].sort(), past: [...past].sort(), ...(recheck && { recheck }) };
}

type Lists = { open: Set<string>; past: Set<string>; unlisted: string[] };

/** The tenant's issues after this reading, and those known as open that it does not name. */
function takeIssues(folding: Folding, reading: TenantReading): Lists {
  const open = new Set(folding.before.open);
  const past = new Set(folding.before.past);
  const listed = new Set<string>();
  for (const issue of reading.issues) {
    if (isLongOver(issue, folding.cycle.now) && !open.has(issue.id)) continue;
    listed.add(issue.id);
    noteIssue(folding, issue);
    // Replicas of Graph lag behind each other: the newest word on an issue counts for every tenant of the shard.
    const isOver = folding.next.issues[issue.id]?.isResolved ?? issue.isResolved;
    (isOver ? past : open).add(issue.id);
    (isOver ? open : past).delete(issue.id);
  }
  const unlisted = [...open].filter((id) => !listed.has(id));
  if (!reading.full) return { open, past, unlisted };
  return { open: new Set([...open].filter((id) => listed.has(id))), past: new Set([...past, ...unlisted]), unlisted };
}

const isLongOver = (issue: Issue, now: number): boolean =>
  issue.isResolved && now - fromIso(issue.revision) > limits.incidentPastDays * dayMs;

const contradicts = (next: ShardState, services: Record<string, string>, id: string): boolean => {
  const status = services[next.issues[id]?.service ?? ''];
  return status === undefined || severityOf(status, 'incident') === 'healthy';
};

const shownByMax = 32;

function noteIssue(folding: Folding, issue: Issue): void {
  const { next, news, before } = folding;
  const known = next.issues[issue.id];
  const isNewer = known === undefined || known.revision < issue.revision;
  const isLinked = before.open.includes(issue.id) || before.past.includes(issue.id);
  if (isNewer) {
    const { revision, classification, status, isResolved } = issue;
    const service = known?.service ?? issue.service;
    next.issues[issue.id] = { revision, service, classification, status, isResolved };
  }
  const item = news.get(issue.id) ?? { issue, shownBy: [], links: [] };
  if (item.issue.revision < issue.revision) Object.assign(item, { issue, shownBy: [] });
  noteShown(item, issue, folding.customerId);
  if (!isLinked) item.links.push(linkOf(folding, issue));
  if (isNewer || !isLinked) news.set(issue.id, item);
}

function noteShown({ issue, shownBy }: IssueNews, shown: Issue, customerId: string): void {
  if (issue.revision === shown.revision && shownBy.length < shownByMax) shownBy.push(customerId);
}

function linkOf({ cycle, before, customerId }: Folding, issue: Issue): Link {
  const goodAt = lastGoodAt(cycle.head, before);
  const wasWatched = goodAt !== undefined && fromIso(issue.startedAt) > fromIso(goodAt);
  return { customerId, announced: !issue.isResolved || wasWatched };
}

/** Issues that ended for one tenant ended for all; what is long over is forgotten. */
function settle(next: ShardState, now: number): void {
  const horizon = now - (limits.incidentPastDays + 1) * dayMs;
  const isOver = (id: string) => next.issues[id]?.isResolved === true;
  const openAnywhere = new Set<string>();
  for (const tenant of Object.values(next.tenants)) {
    tenant.past = [...new Set([...tenant.past, ...tenant.open.filter(isOver)])].sort();
    tenant.open = tenant.open.filter((id) => !isOver(id));
    for (const id of tenant.open) openAnywhere.add(id);
  }
  next.issues = Object.fromEntries(
    Object.entries(next.issues).filter(([id, issue]) => openAnywhere.has(id) || fromIso(issue.revision) > horizon),
  );
  for (const tenant of Object.values(next.tenants)) tenant.past = tenant.past.filter((id) => id in next.issues);
}

const changedCustomers = (before: ShardState, next: ShardState): string[] =>
  Object.entries(next.tenants)
    .filter(([customerId, after]) => {
      const known = before.tenants[customerId];
      return (
        openText(before, known?.open ?? []) !== openText(next, after.open) ||
        known?.trouble?.code !== after.trouble?.code
      );
    })
    .map(([customerId]) => customerId);

const openText = (state: ShardState, ids: readonly string[]): string =>
  ids.map((id) => `${id}@${state.issues[id]?.revision ?? ''}`).join();
