import { fromIso } from '../core/clock.ts';
import { isStale, type ShardHead } from './shard.ts';

/** How old what is known of the fleet is. `cycleAgeSeconds` is that of the shard read longest ago; null before any was read. */
export type FeedAge = {
  shards: number;
  tenants: number;
  notCovered: number;
  staleShards: number;
  cycleAgeSeconds: number | null;
};

/** Sums the heads of shards, each as it was read, into one state of the fleet. `now` is in milliseconds since the epoch. */
export function feedAge({ now, pollMinutes }: { now: number; pollMinutes: number }) {
  const state: FeedAge = { shards: 0, tenants: 0, notCovered: 0, staleShards: 0, cycleAgeSeconds: null };
  const add = (
    head: Pick<ShardHead, 'cycleAt' | 'tenants' | 'notCovered'> | undefined,
    directoryDoneAt: string | undefined,
  ): void => {
    state.shards++;
    // A shard begins with the end of the pass that found its customers.
    const readAt = head?.cycleAt ?? directoryDoneAt;
    if (readAt !== undefined && isStale(readAt, now, pollMinutes)) state.staleShards++;
    if (head?.cycleAt === undefined) return;
    state.tenants += head.tenants;
    state.notCovered += head.notCovered;
    state.cycleAgeSeconds = Math.max(state.cycleAgeSeconds ?? 0, Math.round((now - fromIso(head.cycleAt)) / 1_000));
  };
  return { state, add };
}
