import { limits } from '../core/limits.ts';
import type { HealthShards, Member } from './health-shards.ts';

/**
 * Gives each customer a shard for good: the last one that has room, then new ones. Shards are read from the last known one
 * upwards, so that customers whose place was written by a run that died are found where they are.
 * Returns each customer's shard and the last shard in use.
 */
export async function joinShards(
  shards: HealthShards,
  { connectionId, lastShard }: { connectionId: string; lastShard: number },
  joining: readonly Member[],
): Promise<{ shardOf: Map<string, number>; lastShard: number }> {
  const shardOf = new Map<string, number>();
  if (joining.length === 0) return { shardOf, lastShard };
  const wanted = new Set(joining.map((member) => member.customerId));
  let shard = Math.max(0, lastShard);
  let members = await shards.members(connectionId, shard);
  const takeKnown = () => {
    for (const id of members.keys()) if (wanted.has(id)) shardOf.set(id, shard);
  };
  takeKnown();
  while (members.size >= limits.healthShardTenants) {
    members = await shards.members(connectionId, ++shard);
    takeKnown();
  }
  let room = limits.healthShardTenants - members.size;
  for (const { customerId } of joining) {
    if (shardOf.has(customerId)) continue;
    if (room === 0) {
      shard++;
      room = limits.healthShardTenants;
    }
    shardOf.set(customerId, shard);
    room--;
  }
  for (const [n, group] of Map.groupBy(joining, (member) => shardOf.get(member.customerId) ?? shard)) {
    await shards.put(connectionId, n, group);
  }
  return { shardOf, lastShard: shard };
}
