import type { Trouble } from '../customers/coverage.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { parseShardKey, type Customer } from '../customers/customer.ts';
import type { Clock } from '../core/clock.ts';
import type { Tables } from '../platform/table.ts';
import { isStale, lastGoodAt, readShard, shardPartition } from './shard.ts';

/** How a tenant's service health was read: when it was good last, and whether the last cycle still was. */
type TenantRead = { asOf?: string | undefined; isStale: boolean; isCurrent: boolean; trouble?: Trouble | undefined };

type TenantReadsDeps = { tables: Tables<'health'>; clock: Pick<Clock, 'now'>; cloud: DeskCloud };

/** For one answer about several customers: each shard among them is read once, by two point reads. */
export function createTenantReads({ tables, clock, cloud }: TenantReadsDeps) {
  const table = tables('health');
  const shards = new Map<string, ReturnType<typeof readShard>>();
  return async ({ customerId, healthShard }: Pick<Customer, 'customerId' | 'healthShard'>): Promise<TenantRead> => {
    const { connectionId, shard } = parseShardKey(healthShard);
    const reading = shards.get(healthShard) ?? readShard(table, shardPartition(connectionId, shard));
    shards.set(healthShard, reading);
    const { head, state } = await reading;
    const tenant = state.tenants[customerId];
    const asOf = lastGoodAt(head ?? {}, tenant);
    return {
      asOf,
      isStale: isStale(asOf, clock.now(), cloud.healthPollMinutes),
      isCurrent: tenant?.good === 'cycle',
      trouble: tenant?.trouble,
    };
  };
}
