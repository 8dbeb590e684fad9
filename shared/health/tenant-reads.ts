import { unseenAzure } from '../customers/coverage.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { parseShardKey, type Customer } from '../customers/customer.ts';
import type { Clock } from '../core/clock.ts';
import type { Tables } from '../platform/table.ts';
import { azurePartition, readAzureShard } from './azure-shard.ts';
import { coverageTrouble } from './customer-coverage.ts';
import type { CustomerHealth } from './health-answers.ts';
import { isStale, lastGoodAt, readShard, shardPartition, type ShardHead, type ShardState } from './shard.ts';

/** How a feed read a tenant: when it was good last, whether the last cycle still was, and why not, as its health says it. */
type FeedRead = {
  asOf?: string | undefined;
  isStale: boolean;
  isCurrent: boolean;
  trouble?: CustomerHealth['coverage']['trouble'];
};

type TenantReads = { microsoft365: FeedRead; azure: FeedRead };

type TenantReadsDeps = { tables: Tables<'health'>; clock: Pick<Clock, 'now'>; cloud: DeskCloud };

type Shard = { head: Pick<ShardHead, 'cycleAt' | 'findings'> | undefined; state: ShardState };

type ReadTenant = (
  customer: Pick<Customer, 'customerId' | 'healthShard' | 'services' | 'azureSubscriptionIds' | 'detailsAt'>,
) => Promise<TenantReads>;

/** For one answer about several customers: each shard among them is read once per feed, by two point reads. */
export function createTenantReads({ tables, clock, cloud }: TenantReadsDeps): ReadTenant {
  const table = tables('health');
  const opened = new Map<string, Promise<Shard>>();
  const once = async (pk: string, read: () => Promise<Shard>): Promise<Shard> => {
    const reading = opened.get(pk) ?? read();
    opened.set(pk, reading);
    return reading;
  };
  const readOf = (customerId: string, { head, state }: Shard): FeedRead => {
    const tenant = state.tenants[customerId];
    const asOf = lastGoodAt(head ?? {}, tenant);
    return {
      asOf,
      isStale: isStale(asOf, clock.now(), cloud.healthPollMinutes),
      isCurrent: tenant?.good === 'cycle',
      trouble: coverageTrouble(head ?? {}, tenant),
    };
  };
  return async (customer) => {
    const { customerId, healthShard, azureSubscriptionIds } = customer;
    const { connectionId, shard } = parseShardKey(healthShard);
    const [health, azure] = [shardPartition(connectionId, shard), azurePartition(connectionId, shard)];
    const [own, ownAzure] = await Promise.all([
      once(health, async () => readShard(table, health)),
      azureSubscriptionIds.length > 0 ? once(azure, async () => readAzureShard(table, azure)) : undefined,
    ]);
    const none: FeedRead = { isStale: true, isCurrent: false, trouble: unseenAzure(customer) };
    return { microsoft365: readOf(customerId, own), azure: ownAzure ? readOf(customerId, ownAzure) : none };
  };
}
