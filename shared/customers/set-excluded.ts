import * as z from 'zod';
import { notFound } from '../core/errors.ts';
import type { AzureFeed } from './azure-feed.ts';
import type { CustomerStore } from './customer-store.ts';
import { parseShardKey, type Customer } from './customer.ts';
import type { HealthShards, MemberChange } from './health-shards.ts';

export const customerPatchSchema = z.strictObject({ excluded: z.boolean() });

type SetExcludedDeps = {
  store: Pick<CustomerStore, 'get' | 'change'>;
  shards: Pick<HealthShards, 'change'>;
  azureFeed: AzureFeed;
};

/**
 * Takes a customer out of polling, or back in; the last word counts. The order is such that a call that dies half-way leaves it
 * polled: an excluded customer too much is harmless, one that nobody reads and that does not say so is not.
 */
export async function setExcluded(deps: SetExcludedDeps, customerId: string, isExcluded: boolean): Promise<Customer> {
  const { store } = deps;
  if (!(await store.get(customerId))) throw notFound();
  if (!isExcluded) await setMember(deps, customerId, isExcluded);
  await store.change([customerId], (customer) => {
    if ((customer.isExcluded ?? false) === isExcluded) return undefined;
    const { isExcluded: before, ...rest } = customer;
    // What the last poll said is not followed any more.
    return before
      ? rest
      : { ...rest, isExcluded: true, openIncidentIds: [], openAzureIncidentIds: undefined, coverage: {} };
  });
  if (isExcluded) await setMember(deps, customerId, isExcluded);
  const customer = await store.get(customerId);
  if (!customer) throw notFound();
  return customer;
}

async function setMember(
  { store, shards, azureFeed }: SetExcludedDeps,
  customerId: string,
  isExcluded: boolean,
): Promise<void> {
  const customer = await store.get(customerId);
  if (!customer) throw notFound();
  const { tenantId, azureSubscriptionIds } = customer;
  if (azureSubscriptionIds.length > 0) {
    const subscriptionIds = isExcluded ? [] : azureSubscriptionIds;
    await azureFeed.keep(customer.healthShard, [{ customerId, tenantId, subscriptionIds }]);
  }
  const { connectionId, shard } = parseShardKey(customer.healthShard);
  const change: MemberChange = (member) =>
    (member.isExcluded ?? false) === isExcluded ? undefined : { ...member, isExcluded: isExcluded || undefined };
  await shards.change(connectionId, shard, new Map([[customerId, change]]));
}
