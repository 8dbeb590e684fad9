import * as z from 'zod';
import { backoffMs } from '../core/backoff.ts';
import { fromIso, minuteMs, secondMs, toIso } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { isRefusal, queryAll, type Table, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { applyDelegation, type ApplyDelegationDeps } from './apply-delegation.ts';
import type { SourceFailure } from './customers-source.ts';
import { standingOf } from './delegation-rules.ts';
import { delegationRelay, type DelegationHead, type DelegationTrouble } from './delegation.ts';
import { delegationHintsOf, forgetHinted, hintedEveryMs, type DelegationHint } from './delegation-hints.ts';
import type { DelegationSource } from './delegation-source.ts';
import { createDirectoryState } from './directory.ts';
import { customerEvents } from './events.ts';
import { changedBuckets, delegationOf, relationshipsOf } from './known-relationships.ts';
import { listRelationships, readRoles, type DelegationLeg } from './read-relationships.ts';
import type { HeldBaton, RelayDeps } from './relay.ts';
import { seenOf, seenOp } from './seen-ids.ts';

type SyncDelegationDeps = RelayDeps & ApplyDelegationDeps & { source: DelegationSource; random: Random };

const messageSchema = z.object({ kind: z.literal('delegation'), connectionId: z.string() });

/**
 * Reads a partner's delegated admin relationships and the roles that they give, and brings them to the customers. What is known is
 * applied even while the list cannot be read, because an end comes nearer all the same. Trouble with Microsoft delays the next leg,
 * stands in the head for everybody to see, and is never thrown.
 */
export function createSyncDelegation(deps: SyncDelegationDeps): QueueHandler {
  const relay = delegationRelay(deps);
  const table = deps.tables('customers');
  return async (message, scope) => {
    const { connectionId } = messageSchema.parse(message.body);
    const baton = await relay.take(message);
    if (!baton) return;
    const next = await unlessRaced(async () => runLeg({ ...deps, table }, baton, scope));
    const passed = next !== undefined && (await relay.pass(baton, next, scope));
    if (!passed) scope.log(customerEvents.delegationRace, { connectionId });
  };
}

/** A row changed more often than it was tried again: the wake is still owed, and the leg comes round again. */
async function unlessRaced<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

type Baton = HeldBaton<DelegationHead>;

async function runLeg(deps: SyncDelegationDeps & { table: Table }, baton: Baton, scope: Scope) {
  const { value: before } = baton.head;
  const started = deps.clock.now();
  const leg: DelegationLeg = {
    head: { ...before, passStartedAt: before.passStartedAt ?? toIso(started) },
    relationships: relationshipsOf(baton.states),
    listed: seenOf(baton.state),
    untilMs: started + limits.delegationLegMs,
  };
  const hints = delegationHintsOf(baton.members);
  const listFailure = await listRelationships(deps, leg);
  forgetHinted(leg.relationships, hints);
  const { failure, left } =
    listFailure || !leg.head.isListed ? { failure: listFailure, left: 0 } : await readRoles(deps, leg);

  const { connectionId } = before;
  const { shards } = await createDirectoryState(deps)(connectionId);
  const atMs = deps.clock.now();
  const known =
    before.appliedAt === undefined
      ? undefined
      : { relationships: relationshipsOf(baton.states), atMs: fromIso(before.appliedAt) };
  const now = { relationships: leg.relationships, atMs };
  const isWhole = leg.head.isListed === true && leg.head.skipped === 0;
  const changed = await applyDelegation(deps, { connectionId, shards, before: known, now, isWhole }, scope);
  // After the customers: a run that dies in between finds the same differences again. One row each, for they may be large.
  for (const op of changedBuckets(baton.states, leg.relationships)) await deps.table.transact(baton.pk, [op]);

  leg.head.appliedAt = toIso(atMs);
  if (failure) {
    const { reason, status, message: why } = failure;
    scope.log(customerEvents.delegationDelayed, { connectionId, reason, status, why });
    return delayed(deps, leg, failure);
  }
  if (!leg.head.isListed || left > 0) return { head: leg.head, dueAt: atMs, ops: [seenOp(leg.listed)] };
  scope.log(customerEvents.delegationDone, { connectionId, relationships: leg.relationships.size, changed });
  // Asked for once more: whoever hinted meanwhile saw that this leg was running, and left the waking to it.
  const members = await queryAll(deps.table, { pk: baton.pk, from: 'M|', to: 'M}' });
  return finished(leg, delegationHintsOf(members), atMs);
}

/** The same again, later. An address that is refused has gone stale: then the list is read from its beginning. */
function delayed({ clock, random }: SyncDelegationDeps, { head, listed }: DelegationLeg, failure: SourceFailure) {
  const { reason, status, retryAfterSeconds } = failure;
  const backOff = backoffMs(head.failures, { baseMs: 30 * secondMs, maxMs: 30 * minuteMs }, random);
  const next: DelegationHead = {
    ...head,
    failures: head.failures + 1,
    trouble: troubleOf(head.trouble, { reason, status }, clock.now()),
  };
  const isStale = reason === 'unreadable' || (status !== undefined && [400, 404, 410].includes(status));
  if (isStale && !head.isListed) {
    delete next.next;
    next.pages = 0;
    next.skipped = 0;
    listed.clear();
  }
  const dueAt = clock.now() + Math.max(backOff, (retryAfterSeconds ?? 0) * secondMs);
  return { head: next, dueAt, ops: [seenOp(listed)] };
}

/** The same trouble keeps its beginning. */
function troubleOf(
  known: DelegationTrouble | undefined,
  { reason, status }: Omit<DelegationTrouble, 'since'>,
  nowMs: number,
): DelegationTrouble {
  const since = known?.reason === reason ? known.since : toIso(nowMs);
  return { reason, since, ...(status !== undefined && { status }) };
}

/** A transaction has 100 steps. What is left goes with the next pass. */
const dropsMax = 80;

function finished({ head, relationships }: DelegationLeg, hints: readonly DelegationHint[], nowMs: number) {
  const { connectionId, passStartedAt, lastReadAt, appliedAt, skipped, trouble } = head;
  const unread = [...relationships].some(([id, one]) => standingOf(delegationOf(id, one), nowMs) === 'role-unknown');
  const reason = skipped > 0 ? 'unreadable' : unread ? 'roles-unread' : undefined;
  const next: DelegationHead = {
    connectionId,
    pages: 0,
    skipped: 0,
    failures: 0,
    lastReadAt,
    appliedAt,
    ...(reason && { trouble: troubleOf(trouble, { reason }, nowMs) }),
  };
  const startedAt = passStartedAt ?? toIso(nowMs);
  // What was hinted at before this pass is done; what came since has another one soon.
  const done = hints.filter(({ at }) => at <= startedAt);
  const drops = done.slice(0, dropsMax).map(({ rk }): TableOp => ({ kind: 'delete', rk }));
  const isHinted = hints.length > done.length;
  const dueAt = isHinted ? nowMs + hintedEveryMs : fromIso(startedAt) + limits.delegationMinutes * minuteMs;
  return { head: next, dueAt, ops: [seenOp([]), ...drops] };
}
