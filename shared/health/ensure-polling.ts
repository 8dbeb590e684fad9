import { minuteMs } from '../core/clock.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { createDirectoryState } from '../customers/directory.ts';
import { ensureRelay } from '../customers/ensure-relay.ts';
import type { RelayDeps } from '../customers/relay.ts';
import type { Scope } from '../platform/telemetry.ts';
import { feedAge, type FeedAge } from './feed-age.ts';
import { newShard } from './shard-members.ts';
import { headOf, shardPartition, shardRelay } from './shard.ts';

/** A shard that is this late lost its wake, or the bus is far behind: it gets a new one, and the old one becomes a no-op. */
export const overdueMs = 5 * minuteMs;

/** `oldestDueMs`: how late the shard is that is the latest. The rest is the feed as the heads say that were read for it. */
export type EnsurePolling = (scope: Scope) => Promise<FeedAge & { started: number; oldestDueMs: number }>;

/**
 * Sees to it that every shard is being polled: starts only what is missing or overdue. What is due follows from the shards'
 * heads, so two timers at once, or none for an hour, do no harm.
 */
export function createEnsurePolling(deps: RelayDeps & { cloud: DeskCloud }): EnsurePolling {
  const directory = createDirectoryState(deps);
  const ensuring = {
    table: deps.tables('health'),
    relay: shardRelay(deps),
    clock: deps.clock,
    legOf: headOf,
    overdueMs,
  };

  return async (scope) => {
    const sum = { started: 0, oldestDueMs: 0 };
    const age = feedAge({ now: deps.clock.now(), pollMinutes: deps.cloud.healthPollMinutes });
    for (const { id } of deps.cloud.connections) {
      const { shards, lastDoneAt } = await directory(id);
      for (let shard = 0; shard < shards; shard++) {
        const place = { pk: shardPartition(id, shard), first: newShard(id, shard) };
        const { late, started, row } = await ensureRelay(ensuring, place, scope);
        age.add(row && headOf(row), lastDoneAt);
        sum.started += started ? 1 : 0;
        sum.oldestDueMs = Math.max(sum.oldestDueMs, late);
      }
    }
    return { ...age.state, ...sum };
  };
}
