import type { DeskCloud } from '../customers/cloud.ts';
import { createDirectoryState } from '../customers/directory.ts';
import type { RelayDeps } from '../customers/relay.ts';
import { feedAge, type FeedAge } from './feed-age.ts';
import { findingsOver, shardFindings, type ShardFindings } from './fleet-findings.ts';
import type { Fleet } from './health-answers.ts';
import { headOf, shardPartition } from './shard.ts';

/** How well the fleet's health is known. */
export type FeedState = FeedAge & { findings: Fleet['findings'] };

/** Reads the head of every shard: one point read for 250 tenants. */
export async function readFeedState(deps: RelayDeps & { cloud: DeskCloud }): Promise<FeedState> {
  const directory = createDirectoryState(deps);
  const age = feedAge({ now: deps.clock.now(), pollMinutes: deps.cloud.healthPollMinutes });
  const wide: ShardFindings[] = [];
  for (const { id } of deps.cloud.connections) {
    const { shards, lastDoneAt } = await directory(id);
    for (let shard = 0; shard < shards; shard++) {
      const row = await deps.tables('health').get(shardPartition(id, shard), 'H');
      const head = row && headOf(row);
      age.add(head, lastDoneAt);
      if (head?.cycleAt !== undefined) wide.push(shardFindings(head));
    }
  }
  return { ...age.state, findings: findingsOver(wide) };
}

/** Why nobody's health is known, or undefined while somebody's is. */
export function feedTrouble({ tenants, notCovered, shards, staleShards }: FeedAge): string | undefined {
  if (shards > 0 && staleShards === shards) return 'no shard has been read for three intervals';
  if (tenants > 0 && notCovered === tenants) return 'no customer’s health could be read for three intervals';
  return undefined;
}
