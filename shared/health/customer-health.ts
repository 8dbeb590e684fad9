import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { visibleCustomer } from '../customers/customer-queries.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import { parseShardKey } from '../customers/customer.ts';
import { isPolled } from '../customers/health-shards.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import type { Tables } from '../platform/table.ts';
import { azureHealth } from './azure-customer.ts';
import { servicesOf } from './count-levels.ts';
import { coverageTrouble } from './customer-coverage.ts';
import type { CustomerHealth } from './health-answers.ts';
import { messageCenterCoverage } from './message-center-coverage.ts';
import { isStale, lastGoodAt, readShard, shardPartition } from './shard.ts';
import { shownServices } from './shown-services.ts';

export type HealthQueryDeps = {
  tables: Tables<'health'>;
  clock: Pick<Clock, 'now'>;
  cloud: DeskCloud;
  customers: Pick<CustomerStore, 'get' | 'getMany'>;
};

/** A customer's services now, with the age of the answer. Five point reads, seven where the customer has Azure, however many customers there are. */
export async function customerHealth(
  deps: HealthQueryDeps,
  caller: Caller,
  { customerId, unused = false }: { customerId: string; unused?: boolean },
): Promise<CustomerHealth> {
  const customer = await visibleCustomer(deps.customers, caller, customerId);
  const { connectionId, shard } = parseShardKey(customer.healthShard);
  const pk = shardPartition(connectionId, shard);
  const { head, state } = await readShard(deps.tables('health'), pk);
  const tenant = state.tenants[customerId];
  const goodAt = lastGoodAt(head ?? {}, tenant) ?? null;
  const isRead = head !== undefined && isPolled(customer);
  const now = deps.clock.now();
  const isUnknown = isStale(goodAt ?? undefined, now, deps.cloud.healthPollMinutes);
  const trouble = coverageTrouble(head ?? {}, tenant);
  const coverage = { lastGoodAt: goodAt, nextDueAt: isRead ? head.dueAt : null, ...(trouble && { trouble }) };
  const azure = await azureHealth(deps, customer);
  const messages = await messageCenterCoverage(deps, customer);
  return {
    customerId,
    asOf: goodAt,
    coverage: {
      ...coverage,
      ...(customer.isExcluded && { excluded: true }),
      feeds: [
        { feed: 'microsoft365', ...coverage },
        ...azure.map((one) => ({ feed: 'azure' as const, ...one.coverage })),
        ...(messages ? [{ feed: 'message-center' as const, ...messages }] : []),
      ],
    },
    services: [
      ...shownServices(servicesOf(state, tenant, { isUnknown, now }), state, {
        services: customer.services,
        unused,
        cloud: deps.cloud.cloud,
      }),
      ...azure,
    ],
  };
}
