import { afterPrefix } from '../core/key.ts';
import type { AzureFeed, AzureMember } from '../customers/azure-feed.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import { parseShardKey } from '../customers/customer.ts';
import type { TableName } from '../platform/resources.ts';
import { queryAll, type TableOp, type Tables } from '../platform/table.ts';
import { azureMemberKey, azureMemberOf, azureMemberOp, azurePartition } from './azure-shard.ts';

type AzureMembersDeps = { tables: Tables<TableName>; store: Pick<CustomerStore, 'pointSubscriptions'> };

const transactionSteps = 100;

/** Members of the Azure feeds, each with the pointers by which an alert finds its customer. Written where something differs. */
export function createAzureFeed({ tables, store }: AzureMembersDeps): AzureFeed {
  const table = tables('health');
  return {
    keep: async (healthShard, members) => {
      const { connectionId, shard } = parseShardKey(healthShard);
      const pk = azurePartition(connectionId, shard);
      const rows = await queryAll(table, { pk, from: 'M|', to: afterPrefix('M|') });
      const known = new Map(rows.map((row) => [azureMemberOf(row).customerId, azureMemberOf(row)]));
      const changed = members.map(normalised).filter((member) => differs(known.get(member.customerId), member));
      for (const { customerId, subscriptionIds } of changed) {
        const before = known.get(customerId)?.subscriptionIds ?? [];
        const remove = before.filter((id) => !subscriptionIds.includes(id));
        await store.pointSubscriptions(customerId, { add: subscriptionIds, remove });
      }
      for (let at = 0; at < changed.length; at += transactionSteps) {
        await table.transact(pk, changed.slice(at, at + transactionSteps).map(memberStep));
      }
    },
  };
}

const normalised = (member: AzureMember): AzureMember => ({
  ...member,
  subscriptionIds: [...new Set(member.subscriptionIds.map((id) => id.toLowerCase()))].sort(),
});

const differs = (before: AzureMember | undefined, { subscriptionIds }: AzureMember): boolean =>
  (before?.subscriptionIds ?? []).join() !== subscriptionIds.join();

const memberStep = (member: AzureMember): TableOp =>
  member.subscriptionIds.length > 0 ? azureMemberOp(member) : { kind: 'delete', rk: azureMemberKey(member.customerId) };
