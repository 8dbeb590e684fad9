import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { visibleCustomer } from '../customers/customer-queries.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import { parseShardKey } from '../customers/customer.ts';
import { troubleView } from '../customers/coverage.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import type { Tables } from '../platform/table.ts';
import { servicesOf } from './count-levels.ts';
import type { CustomerHealth } from './health-answers.ts';
import { messageCenterCoverage } from './message-center-coverage.ts';
import { isStale, lastGoodAt, readShard, shardPartition } from './shard.ts';

export type HealthQueryDeps = {
  tables: Tables<'health'>;
  clock: Pick<Clock, 'now'>;
  cloud: DeskCloud;
  customers: Pick<CustomerStore, 'get' | 'getMany'>;
};

/** A customer's services now, with the age of the answer. Five point reads, however many customers there are. */
export async function customerHealth(
  deps: HealthQueryDeps,
  caller: Caller,
  customerId: string,
): Promise<CustomerHealth> {
  const customer = await visibleCustomer(deps.customers, caller, customerId);
  const { connectionId, shard } = parseShardKey(customer.healthShard);
  const pk = shardPartition(connectionId, shard);
  const { head, state } = await readShard(deps.tables('health'), pk);
  const tenant = state.tenants[customerId];
  const goodAt = lastGoodAt(head ?? {}, tenant) ?? null;
  const messages = await messageCenterCoverage(deps, customer);
  const isPolled = head !== undefined && customer.leftAt === undefined;
  return {
    customerId,
    asOf: goodAt,
    coverage: {
      lastGoodAt: goodAt,
      nextDueAt: isPolled ? head.dueAt : null,
      ...(tenant?.trouble && { trouble: troubleView(tenant.trouble) }),
    },
    ...(messages && { messageCenter: messages }),
    services: servicesOf(state, tenant, isStale(goodAt ?? undefined, deps.clock.now(), deps.cloud.healthPollMinutes)),
  };
}
