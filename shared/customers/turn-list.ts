import { fromIso, minuteMs, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { applyPage } from './apply-page.ts';
import { SourceFailure } from './customers-source.ts';
import type { Directory } from './directory.ts';
import { failed, type DirectoryDeps, type DirectoryLeg, type RunTurn, type TurnResult } from './directory-leg.ts';
import { customerEvents } from './events.ts';
import { hintUnserved } from './hint-unserved.ts';
import { markLeft } from './mark-left.ts';

/**
 * One page of the partner's list. The last page marks who is missing or gone and owes the next pass. A continuation that is refused
 * has gone stale: then the pass begins anew.
 */
export const listTurn: RunTurn = async (deps, leg) => {
  const before = leg.baton.head.value;
  const { connection, seen } = leg;
  try {
    const { customers, skipped, continuation } = await deps.source.list(connection.id, before.continuation);
    const untilMs = leg.startedAt + limits.directoryTurnMs;
    const outcome = await applyPage(deps, { connection, lastShard: before.lastShard, customers, untilMs });
    const { lastShard, joined, changed, unread } = outcome;
    leg.scope.log(customerEvents.directoryPage, {
      connectionId: connection.id,
      customers: customers.length,
      skipped,
      joined,
      changed,
      unread: unread.length,
    });
    const calls = outcome.calls + 1;
    const hinted = await hintUnserved(deps, leg, outcome.unserved);
    if (outcome.failure) {
      const delayed = failed(deps, { leg, kind: 'list', head: { ...before, lastShard }, calls }, outcome.failure);
      return { ...delayed, hinted };
    }
    const passStartedAt = before.passStartedAt ?? toIso(leg.startedAt);
    // The same page once more: who was read just now is not due again.
    if (outcome.left.length > 0) {
      const turn = { dueAt: toIso(leg.startedAt), failures: 0 };
      return { head: { ...before, passStartedAt, lastShard }, turn, calls, hinted };
    }
    for (const id of outcome.seen) seen.add(id);
    const head: Directory = {
      ...before,
      passStartedAt,
      pages: before.pages + 1,
      skipped: before.skipped + skipped,
      continuation,
      lastShard,
    };
    const isEndless = head.pages >= limits.directoryPagesMax;
    if (continuation === undefined || isEndless)
      return { ...(await finish(deps, { head, leg, isEndless })), calls, hinted };
    return { head, turn: { dueAt: toIso(leg.startedAt), failures: 0 }, calls, hinted };
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    const head = error.status === 400 ? { ...before, continuation: undefined } : before;
    return failed(deps, { leg, kind: 'list', head, calls: 1 }, error);
  }
};

type Finishing = { head: Directory; leg: DirectoryLeg; isEndless: boolean };

async function finish(
  deps: DirectoryDeps,
  { head, leg, isEndless }: Finishing,
): Promise<Pick<TurnResult, 'head' | 'turn'>> {
  const isReadable = !isEndless && head.skipped === 0;
  const isWhole = isReadable && leg.seen.size > 0;
  const { connectionId, lastShard, lastDoneAt, changes } = head;
  const left = await markLeft(deps, { connectionId, lastShard, lastDoneAt, isWhole }, leg.seen);
  leg.scope.log(customerEvents.directoryDone, { connectionId, customers: leg.seen.size, left });
  leg.seen.clear();
  const doneAt = toIso(deps.clock.now());
  const started = fromIso(head.passStartedAt ?? doneAt);
  const before = leg.turns.list.trouble;
  const since = before?.code === 'unreadable' ? before.since : doneAt;
  return {
    head: {
      connectionId,
      lastShard,
      pages: 0,
      skipped: 0,
      failures: 0,
      lastDoneAt: doneAt,
      // What happens while the first pass runs is found by the audit records from its beginning on.
      changes: changes ?? { since: toIso(started), pages: 0 },
    },
    turn: {
      dueAt: toIso(started + deps.cloud.customerSyncMinutes * minuteMs),
      failures: 0,
      ...(!isReadable && { trouble: { code: 'unreadable', since } }),
    },
  };
}
