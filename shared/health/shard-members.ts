import type { HealthShards, Member, MemberChange } from '../customers/health-shards.ts';
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
    members: async (connectionId, shard) => readMembers(table, shardPartition(connectionId, shard)),
    put: async (connectionId, shard, members) => {
      for (let at = 0; at < members.length; at += transactionSteps) {
        const ops = members.slice(at, at + transactionSteps).map(memberOp);
        await table.transact(shardPartition(connectionId, shard), ops);
      }
    },
    change: async (connectionId, shard, changes) => {
      const pk = shardPartition(connectionId, shard);
      const all = [...changes];
      for (let at = 0; at < all.length; at += transactionSteps) {
        await changeMembers(table, pk, new Map(all.slice(at, at + transactionSteps)));
      }
    },
    start: async (connectionId, shard, scope) => {
      const pk = shardPartition(connectionId, shard);
      if (await table.get(pk, 'H')) return;
      await relay.begin(pk, newShard(connectionId, shard), scope);
    },
  };
}

export async function readMembers(table: Table, pk: string): Promise<Map<string, Member>> {
  const members = (await queryAll(table, { pk, from: 'M|', to: afterPrefix('M|') })).map(memberOf);
  return new Map(members.map((member) => [member.customerId, member]));
}

const attempts = 5;

/** Directory, delegation and people write the same rows: what another wrote meanwhile must stay, so each is checked by its ETag. */
async function changeMembers(table: Table, pk: string, changes: ReadonlyMap<string, MemberChange>): Promise<void> {
  const keys = [...changes.keys()].map(memberKey).sort();
  const range = { pk, from: keys[0] ?? '', to: afterPrefix(keys.at(-1) ?? '') };
  for (let attempt = 1; ; attempt++) {
    const ops = (await queryAll(table, range)).flatMap((row): TableOp[] => {
      const member = memberOf(row);
      const next = changes.get(member.customerId)?.(member);
      return next ? [{ kind: 'replace', rk: row.rk, columns: memberColumns(next), etag: row.etag }] : [];
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
