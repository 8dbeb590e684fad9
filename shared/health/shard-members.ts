import type { HealthShards, Member } from '../customers/health-shards.ts';
import type { RelayDeps } from '../customers/relay.ts';
import { afterPrefix } from '../core/key.ts';
import { isRefusal, queryAll, type Table, type TableOp } from '../platform/table.ts';
import { memberColumns, memberKey, memberOf, memberOp, shardPartition, shardRelay, type ShardHead } from './shard.ts';

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
    delegate: async (connectionId, shard, delegations) => {
      const pk = shardPartition(connectionId, shard);
      const ids = [...delegations.keys()];
      for (let at = 0; at < ids.length; at += transactionSteps) {
        const some = new Map(ids.slice(at, at + transactionSteps).map((id) => [id, delegations.get(id)]));
        await changeMembers(table, pk, some);
      }
    },
    start: async (connectionId, shard, scope) => {
      const pk = shardPartition(connectionId, shard);
      if (await table.get(pk, 'H')) return;
      await relay.begin(pk, newShard(connectionId, shard), scope);
    },
  };
}

const attempts = 5;

/** The directory writes the same rows: whoever left or was missed meanwhile must stay so, so each is checked by its ETag. */
async function changeMembers(
  table: Table,
  pk: string,
  delegations: ReadonlyMap<string, Member['delegation']>,
): Promise<void> {
  const keys = [...delegations.keys()].map(memberKey).sort();
  const range = { pk, from: keys[0] ?? '', to: afterPrefix(keys.at(-1) ?? '') };
  for (let attempt = 1; ; attempt++) {
    const rows = (await queryAll(table, range)).filter((row) => delegations.has(memberOf(row).customerId));
    const ops = rows.map((row): TableOp => {
      const member = memberOf(row);
      const columns = memberColumns({ ...member, delegation: delegations.get(member.customerId) });
      return { kind: 'replace', rk: row.rk, columns, etag: row.etag };
    });
    if (ops.length === 0) return;
    try {
      await table.transact(pk, ops);
      return;
    } catch (error) {
      if (!isRefusal(error) || attempt === attempts) throw error;
    }
  }
}
