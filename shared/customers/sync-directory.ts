import * as z from 'zod';
import { fromIso, minuteMs, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { TableOp } from '../platform/table.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { directoryRelay, type Directory, type TurnKind } from './directory.ts';
import type { DirectoryDeps, DirectoryLeg, RunTurn, TurnResult } from './directory-leg.ts';
import { nextTurn, turnsOf } from './directory-turns.ts';
import { customerEvents } from './events.ts';
import { hintOf, type Hint } from './hint.ts';
import { changesTurn } from './turn-changes.ts';
import { hintsTurn } from './turn-hints.ts';
import { listTurn } from './turn-list.ts';
import { resellersTurn } from './turn-resellers.ts';
import { servedTurn } from './turn-served.ts';
import { seenOf, seenOp } from './seen-ids.ts';

const messageSchema = z.object({ kind: z.literal('directory'), connectionId: z.string() });

const runTurn: Record<TurnKind, RunTurn> = {
  hints: hintsTurn,
  resellers: resellersTurn,
  served: servedTurn,
  list: listTurn,
  changes: changesTurn,
};

/**
 * Keeps a partner's customers, one turn per message: a page of the list, the audit records since, who was
 * hinted at, the resellers.
 * Where everything stands is in the head, so a crash costs one turn. Trouble with Microsoft delays that turn and is never thrown.
 */
export function createSyncDirectory(deps: DirectoryDeps): QueueHandler {
  const relay = directoryRelay(deps);
  return async (message, scope) => {
    const { connectionId } = messageSchema.parse(message.body);
    const baton = await relay.take(message);
    const connection = deps.cloud.connections.find((one) => one.id === connectionId);
    if (!baton || !connection) return;
    const startedAt = deps.clock.now();
    const turns = turnsOf(baton.head.value, startedAt);
    const seen = seenOf(baton.state);
    const hints = baton.members.map(hintOf);
    const leg: DirectoryLeg = { baton, connection, turns, seen, hints, startedAt, scope };
    const { kind } = nextTurn({ turns, hinted: whatOf(hints), role: connection.role }, startedAt);
    const seenBefore = seen.size;
    const result = await runTurn[kind](deps, leg);
    const { head, dueAt } = headAfter(leg, kind, { result, now: deps.clock.now() });
    const drops = (result.dropped ?? []).slice(0, dropsMax).map((rk): TableOp => ({ kind: 'delete', rk }));
    const ops = [...drops, ...(result.ops ?? []), ...(seen.size === seenBefore ? [] : [seenOp(seen)])];
    const passed = await relay.pass(baton, { head, dueAt, ops }, scope);
    if (!passed) scope.log(customerEvents.directoryRace, { connectionId });
    // The last shard may still be filling: its first cycle waits for the end of the pass, or for the timer.
    const end = head.pages === 0 ? head.lastShard + 1 : head.lastShard;
    for (let shard = Math.max(0, baton.head.value.lastShard); mayStart(kind) && shard < end; shard++) {
      await deps.shards.start(connectionId, shard, scope);
    }
  };
}

/** A transaction has 100 steps; head, state and wakes need some. What is left is followed once more. */
const dropsMax = 80;

const whatOf = (hints: readonly Hint[]): Set<Hint['what']> => new Set(hints.map(({ what }) => what));

const mayStart = (kind: TurnKind): boolean => kind === 'list' || kind === 'hints';

type Ending = { result: TurnResult; now: number };

/** What is due next. All turns share one pace, whichever of them comes next. */
function headAfter(leg: DirectoryLeg, kind: TurnKind, { result, now }: Ending): { head: Directory; dueAt: number } {
  const { startedAt, connection } = leg;
  const turns = { ...leg.turns, [kind]: result.turn };
  if (result.alsoDue) turns[result.alsoDue] = { ...turns[result.alsoDue], dueAt: toIso(startedAt) };
  const paced = startedAt + (result.calls / limits.partnerCenterPerMinute) * minuteMs;
  const pacedUntil = Math.max(paced, fromIso(result.pausedUntil ?? toIso(0)));
  const left = leg.hints.filter(({ rk }) => result.dropped?.slice(0, dropsMax).includes(rk) !== true);
  const hinted = whatOf(left);
  if (result.hinted) hinted.add(result.hinted);
  const due = nextTurn({ turns, hinted, role: connection.role }, now);
  const head = { ...result.head, turns, failures: turns.list.failures, pacedUntil: toIso(Math.ceil(pacedUntil)) };
  return { head, dueAt: Math.max(pacedUntil, due.dueAt, startedAt) };
}
