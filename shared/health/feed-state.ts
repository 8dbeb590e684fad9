import { fromIso } from '../core/clock.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { createDirectoryState } from '../customers/directory.ts';
import type { RelayDeps } from '../customers/relay.ts';
import { findingsOver, shardFindings, type ShardFindings } from './fleet-findings.ts';
import type { Fleet } from './health-answers.ts';
import { headOf, isStale, shardPartition } from './shard.ts';

/** How well the fleet's health is known. `cycleAgeSeconds` is that of the shard read longest ago; null before any was read. */
export type FeedState = {
  shards: number;
  tenants: number;
  notCovered: number;
  staleShards: number;
  cycleAgeSeconds: number | null;
  findings: Fleet['findings'];
};

/** Reads the head of every shard: one point read for 250 tenants. */
export async function readFeedState(deps: RelayDeps & { cloud: DeskCloud }): Promise<FeedState> {
  const directory = createDirectoryState(deps);
  const now = deps.clock.now();
  const state: FeedState = {
    shards: 0,
    tenants: 0,
    notCovered: 0,
    staleShards: 0,
    cycleAgeSeconds: null,
    findings: [],
  };
  const wide: ShardFindings[] = [];
  for (const { id } of deps.cloud.connections) {
    const { shards, lastDoneAt } = await directory(id);
    for (let shard = 0; shard < shards; shard++) {
      const row = await deps.tables('health').get(shardPartition(id, shard), 'H');
      state.shards++;
      const head = row && headOf(row);
      if (head?.cycleAt === undefined) {
        // A shard begins with the end of the pass that found its customers.
        if (lastDoneAt !== undefined && isStale(lastDoneAt, now, deps.cloud.healthPollMinutes)) state.staleShards++;
        continue;
      }
      const { tenants, notCovered, cycleAt } = head;
      wide.push(shardFindings(head));
      state.tenants += tenants;
      state.notCovered += notCovered;
      if (isStale(cycleAt, now, deps.cloud.healthPollMinutes)) state.staleShards++;
      state.cycleAgeSeconds = Math.max(state.cycleAgeSeconds ?? 0, Math.round((now - fromIso(cycleAt)) / 1_000));
    }
  }
  state.findings = findingsOver(wide);
  return state;
}

/** Why nobody's health is known, or undefined while somebody's is. */
export function feedTrouble({
  tenants,
  notCovered,
  shards,
  staleShards,
}: Omit<FeedState, 'findings'>): string | undefined {
  if (shards > 0 && staleShards === shards) return 'no shard has been read for three intervals';
  if (tenants > 0 && notCovered === tenants) return 'no customer’s health could be read for three intervals';
  return undefined;
}
