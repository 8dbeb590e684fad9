import { backoffMs } from '../core/backoff.ts';
import { dayMs, fromIso, minuteMs, toIso } from '../core/clock.ts';
import { hashOf, shardOf } from '../core/hash.ts';
import { limits } from '../core/limits.ts';
import type { FindingCode, Trouble } from '../customers/coverage.ts';
import type { Member } from '../customers/health-shards.ts';
import type { Outcome } from './read-tenants.ts';
import { lastGoodAt, type ShardHead, type TenantState } from './shard.ts';
import { delegationState } from './ways.ts';

type Unread = Exclude<Outcome, { kind: 'read' }>;

type Context = {
  head: Pick<ShardHead, 'cycleAt' | 'findings'>;
  now: number;
  customerId: string;
  /** What explains the failure beyond this tenant. */
  finding: FindingCode | undefined;
};

/** A tenant that was not read: what was known stays, with the age it has; why is its own trouble or the finding that explains it. */
export function withoutReading(context: Context, before: TenantState, outcome: Unread): TenantState {
  const { head, finding } = context;
  const good = lastGoodAt(head, before);
  const after: TenantState = { ...before, ...(good !== undefined && { good }) };
  delete after.finding;
  if (outcome.kind === 'failed') waitFor(after, outcome, context);
  if (finding !== undefined) return { ...after, finding };
  const trouble =
    outcome.kind === 'failed' ? troubleOf(outcome, before.trouble, context.now) : waiting(before, context);
  return trouble ? { ...after, trouble } : after;
}

/** When a finding is over, a tenant that was told to wait still does so for as long as it was told. */
function waiting({ finding, notBefore }: TenantState, { head, now }: Context): Trouble | undefined {
  if (finding !== 'throttled' || notBefore === undefined || fromIso(notBefore) <= now) return undefined;
  return { code: 'throttled', since: head.findings?.find(({ code }) => code === finding)?.since ?? toIso(now) };
}

function troubleOf(
  { code, detail }: Extract<Unread, { kind: 'failed' }>,
  before: Trouble | undefined,
  now: number,
): Trouble {
  const isSame = before?.code === code && before.isNotice !== true;
  return { code, since: isSame ? before.since : toIso(now), ...(detail !== undefined && { cause: detail }) };
}

/** Until when a tenant is left alone: for as long as Microsoft says, else longer with each refusal in a row. */
function waitFor(after: TenantState, outcome: Extract<Unread, { kind: 'failed' }>, { now, customerId }: Context): void {
  delete after.notBefore;
  if (outcome.code !== 'throttled') {
    delete after.throttles;
    return;
  }
  if (outcome.scope === 'application') return;
  const attempt = after.throttles ?? 0;
  after.throttles = attempt + 1;
  after.notBefore = toIso(outcome.notBefore ?? now + backOff(customerId, attempt));
}

/** The share of chance is the tenant's own, so that a cycle gives the same state whenever it is folded again. */
function backOff(customerId: string, attempt: number): number {
  const share = shardOf(hashOf(customerId, String(attempt))) / 32;
  return backoffMs(attempt, { baseMs: 2 * minuteMs, maxMs: 30 * minuteMs }, () => share);
}

/**
 * What a tenant that was read well must be warned of: its delegated relationship has ended (the other way works), or ends soon.
 * Its health stays known.
 */
export function delegationNotice(member: Pick<Member, 'delegation'>, now: number): Trouble | undefined {
  const endsAt = member.delegation?.endsAt;
  if (endsAt === undefined) return undefined;
  if (delegationState(member, now) === 'ended') return { code: 'gdap-expired', since: endsAt, isNotice: true };
  const warnAt = fromIso(endsAt) - limits.gdapWarnDays * dayMs;
  return now < warnAt ? undefined : { code: 'gdap-ending', since: toIso(warnAt), isNotice: true };
}
