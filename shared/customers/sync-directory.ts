import * as z from 'zod';
import { backoffMs } from '../core/backoff.ts';
import { fromIso, minuteMs, secondMs, toIso } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import type { Scope } from '../platform/telemetry.ts';
import { applyPage, type ApplyPageDeps } from './apply-page.ts';
import type { DeskCloud, PartnerConnection } from './cloud.ts';
import { SourceFailure } from './customers-source.ts';
import { directoryRelay, seenOf, seenOp, type Directory } from './directory.ts';
import { customerEvents } from './events.ts';
import { markLeft } from './mark-left.ts';
import type { HeldBaton, RelayDeps } from './relay.ts';

type SyncDirectoryDeps = RelayDeps & ApplyPageDeps & { random: Random; cloud: DeskCloud };

const messageSchema = z.object({ kind: z.literal('directory'), connectionId: z.string() });

type Leg = { baton: HeldBaton<Directory>; connection: PartnerConnection; seen: Set<string> };
type Next = { head: Directory; dueAt: number };

/**
 * Reads a partner's customers, one page per message: where the pass stands is in the head, so a crash costs one page. The last
 * page marks who is missing or gone and owes the next pass. Trouble with Microsoft delays the page and is never thrown.
 */
export function createSyncDirectory(deps: SyncDirectoryDeps): QueueHandler {
  const relay = directoryRelay(deps);
  return async (message, scope) => {
    const { connectionId } = messageSchema.parse(message.body);
    const baton = await relay.take(message);
    const connection = deps.cloud.connections.find((one) => one.id === connectionId);
    if (!baton || !connection) return;
    const leg: Leg = { baton, connection, seen: seenOf(baton.state) };
    const next = await runLeg(deps, leg, scope);
    const passed = await relay.pass(baton, { ...next, ops: [seenOp(leg.seen)] }, scope);
    if (!passed) scope.log(customerEvents.directoryRace, { connectionId });
    // The last shard may still be filling: its first cycle waits for the end of the pass, or for the timer.
    const isPassOver = next.head.pages === 0;
    const end = isPassOver ? next.head.lastShard + 1 : next.head.lastShard;
    for (let shard = Math.max(0, baton.head.value.lastShard); shard < end; shard++) {
      await deps.shards.start(connectionId, shard, scope);
    }
  };
}

async function runLeg(deps: SyncDirectoryDeps, leg: Leg, scope: Scope): Promise<Next> {
  const before = leg.baton.head.value;
  const { connection, seen } = leg;
  const started = deps.clock.now();
  try {
    const { customers, skipped, continuation } = await deps.source.list(connection.id, before.continuation);
    const outcome = await applyPage(deps, { connection, lastShard: before.lastShard, customers });
    const lastShard = outcome.lastShard;
    scope.log(customerEvents.directoryPage, {
      connectionId: connection.id,
      customers: customers.length,
      skipped,
      joined: outcome.joined,
      changed: outcome.changed,
    });
    if (outcome.failure) return delayed(deps, { before: { ...before, lastShard }, failure: outcome.failure }, scope);
    for (const id of outcome.seen) seen.add(id);
    const head: Directory = {
      ...before,
      passStartedAt: before.passStartedAt ?? toIso(started),
      pages: before.pages + 1,
      skipped: before.skipped + skipped,
      continuation,
      lastShard,
      failures: 0,
    };
    const isEndless = head.pages >= limits.directoryPagesMax;
    if (continuation === undefined || isEndless) return await finish(deps, { head, leg, isWhole: !isEndless }, scope);
    return { head, dueAt: started + ((outcome.calls + 1) / limits.partnerCenterPerMinute) * minuteMs };
  } catch (error) {
    if (error instanceof SourceFailure) return delayed(deps, { before, failure: error }, scope);
    throw error;
  }
}

type Trouble = { before: Directory; failure: SourceFailure };

/** The same page again, later. A continuation that is refused has gone stale: then the pass begins anew. */
function delayed({ clock, random }: SyncDirectoryDeps, { before, failure }: Trouble, scope: Scope): Next {
  const { reason, status, retryAfterSeconds } = failure;
  scope.log(customerEvents.directoryDelayed, { connectionId: before.connectionId, reason, status });
  const backOff = backoffMs(before.failures, { baseMs: 30 * secondMs, maxMs: 30 * minuteMs }, random);
  const head: Directory = { ...before, failures: before.failures + 1 };
  if (status === 400) delete head.continuation;
  return { head, dueAt: clock.now() + Math.max(backOff, (retryAfterSeconds ?? 0) * secondMs) };
}

type Finishing = { head: Directory; leg: Leg; isWhole: boolean };

async function finish(deps: SyncDirectoryDeps, { head, leg, isWhole }: Finishing, scope: Scope): Promise<Next> {
  const canTellWhoLeft = isWhole && head.skipped === 0 && leg.seen.size > 0;
  const { connectionId, lastShard, lastDoneAt } = head;
  const left = await markLeft(deps, { connectionId, lastShard, lastDoneAt, isWhole: canTellWhoLeft }, leg.seen);
  scope.log(customerEvents.directoryDone, { connectionId, customers: leg.seen.size, left });
  leg.seen.clear();
  const started = fromIso(head.passStartedAt ?? toIso(deps.clock.now()));
  return {
    head: { connectionId, lastShard, pages: 0, skipped: 0, failures: 0, lastDoneAt: toIso(deps.clock.now()) },
    dueAt: started + deps.cloud.customerSyncMinutes * minuteMs,
  };
}
