import { fromIso, minuteMs } from '../core/clock.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { createDirectoryState } from '../customers/directory.ts';
import { isHeld, type RelayDeps } from '../customers/relay.ts';
import type { Scope } from '../platform/telemetry.ts';
import { newShard } from './shard-members.ts';
import { headOf, shardPartition, shardRelay } from './shard.ts';

/** A shard that is this late lost its wake, or the bus is far behind: it gets a new one, and the old one becomes a no-op. */
export const overdueMs = 5 * minuteMs;

export type EnsurePolling = (scope: Scope) => Promise<{ shards: number; started: number; oldestDueMs: number }>;

/**
 * Sees to it that every shard is being polled: starts only what is missing or overdue. What is due follows from the shards'
 * heads, so two timers at once, or none for an hour, do no harm.
 */
export function createEnsurePolling(deps: RelayDeps & { cloud: DeskCloud }): EnsurePolling {
  const table = deps.tables('health');
  const relay = shardRelay(deps);
  const directory = createDirectoryState(deps);

  /** How late the shard is in milliseconds, and whether it was started. */
  const ensure = async (connectionId: string, shard: number, scope: Scope) => {
    const pk = shardPartition(connectionId, shard);
    const row = await table.get(pk, 'H');
    if (!row) return { late: 0, started: await relay.begin(pk, newShard(connectionId, shard), scope) };
    const now = deps.clock.now();
    const late = Math.max(0, now - fromIso(headOf(row).dueAt));
    if (late <= overdueMs) return { late, started: false };
    const baton = await relay.read(pk);
    // Another timer, or the shard itself, may have been quicker since.
    if (!isHeld(baton) || baton.head.etag !== row.etag) return { late, started: false };
    return { late, started: await relay.pass(baton, { head: baton.head.value, dueAt: now }, scope) };
  };

  return async (scope) => {
    const sum = { shards: 0, started: 0, oldestDueMs: 0 };
    for (const { id } of deps.cloud.connections) {
      const { shards } = await directory(id);
      for (let shard = 0; shard < shards; shard++) {
        const { late, started } = await ensure(id, shard, scope);
        sum.shards++;
        sum.started += started ? 1 : 0;
        sum.oldestDueMs = Math.max(sum.oldestDueMs, late);
      }
    }
    return sum;
  };
}
