import pLimit from 'p-limit';
import type { Clock } from '../core/clock.ts';
import { parseShardKey, type Customer } from '../customers/customer.ts';
import type { Table, Tables } from '../platform/table.ts';
import { countAzure } from './azure-counts.ts';
import { azurePartition, readAzureShard } from './azure-shard.ts';
import { headOf, isStale, type ServiceCounts } from './shard.ts';

type AzureFleetDeps = {
  tables: Tables<'health'>;
  clock: Pick<Clock, 'now'>;
  cloud: { healthPollMinutes: number };
};

export type ShardPlace = { connectionId: string; shard: number };

/** Counts of Azure in one shard, and when its feed was read last. */
type AzureCount = { counts: ServiceCounts; cycleAt: string | undefined };

const concurrentReads = 16;

/** As the last cycles stored them, unless one of those counted has become too old since; of shards without Azure nothing. */
export async function storedAzureCounts(deps: AzureFleetDeps, places: readonly ShardPlace[]): Promise<AzureCount[]> {
  const limit = pLimit(concurrentReads);
  const table = deps.tables('health');
  const one = async (pk: string): Promise<AzureCount[]> => {
    const row = await table.get(pk, 'H');
    if (!row) return [];
    const { cycleAt, counts, oldestGoodAt } = headOf(row);
    const isCurrent =
      oldestGoodAt === undefined || !isStale(oldestGoodAt, deps.clock.now(), deps.cloud.healthPollMinutes);
    return isCurrent ? [{ counts, cycleAt }] : [await countNow(deps, table, { pk, customerIds: undefined })];
  };
  const counted = places.map(({ connectionId, shard }) => limit(async () => one(azurePartition(connectionId, shard))));
  return (await Promise.all(counted)).flat();
}

/** Counted from the states of the feeds that hold these customers. */
export async function ownAzureCounts(deps: AzureFleetDeps, customers: readonly Customer[]): Promise<AzureCount[]> {
  const withAzure = customers.filter(({ azureSubscriptionIds }) => azureSubscriptionIds.length > 0);
  const limit = pLimit(concurrentReads);
  const groups = [...Map.groupBy(withAzure, (customer) => customer.healthShard)];
  return Promise.all(
    groups.map(([key, group]) =>
      limit(async () => {
        const { connectionId, shard } = parseShardKey(key);
        const customerIds = group.map(({ customerId }) => customerId);
        return countNow(deps, deps.tables('health'), { pk: azurePartition(connectionId, shard), customerIds });
      }),
    ),
  );
}

async function countNow(
  { clock, cloud }: AzureFleetDeps,
  table: Table,
  { pk, customerIds }: { pk: string; customerIds: readonly string[] | undefined },
): Promise<AzureCount> {
  const { head, state } = await readAzureShard(table, pk);
  const cycleAt = head?.cycleAt;
  const at = { now: clock.now(), pollMinutes: cloud.healthPollMinutes };
  return {
    counts: countAzure({ head: { cycleAt }, state }, customerIds ?? Object.keys(state.tenants), at).counts,
    cycleAt,
  };
}
