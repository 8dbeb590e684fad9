import type { HealthShards } from '../customers/health-shards.ts';
import type { RelayDeps } from '../customers/relay.ts';
import { afterPrefix } from '../core/key.ts';
import { queryAll } from '../platform/table.ts';
import { memberOf, memberOp, shardPartition, shardRelay, type ShardHead } from './shard.ts';

const transactionSteps = 100;

export const newShard = (connectionId: string, shard: number): ShardHead => ({
  connectionId,
  shard,
  tenants: 0,
  counts: {},
  notCovered: 0,
});

/** The shards as the directory sees them. */
export function createHealthShards(deps: RelayDeps): HealthShards {
  const table = deps.tables('health');
  const relay = shardRelay(deps);
  return {
    members: async (connectionId, shard) => {
      const rows = await queryAll(table, {
        pk: shardPartition(connectionId, shard),
        from: 'M|',
        to: afterPrefix('M|'),
      });
      return new Map(rows.map((row) => [memberOf(row).customerId, memberOf(row)]));
    },
    put: async (connectionId, shard, members) => {
      for (let at = 0; at < members.length; at += transactionSteps) {
        const ops = members.slice(at, at + transactionSteps).map(memberOp);
        await table.transact(shardPartition(connectionId, shard), ops);
      }
    },
    start: async (connectionId, shard, scope) => {
      const pk = shardPartition(connectionId, shard);
      if (await table.get(pk, 'H')) return;
      await relay.begin(pk, newShard(connectionId, shard), scope);
    },
  };
}
