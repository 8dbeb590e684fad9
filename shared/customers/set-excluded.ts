import * as z from 'zod';
import { notFound } from '../core/errors.ts';
import type { CustomerStore } from './customer-store.ts';
import { parseShardKey, type Customer } from './customer.ts';
import type { HealthShards } from './health-shards.ts';

export const customerPatchSchema = z.strictObject({ excluded: z.boolean() });

type SetExcludedDeps = { store: Pick<CustomerStore, 'get' | 'change'>; shards: Pick<HealthShards, 'members' | 'put'> };

/**
 * Takes a customer out of polling, or back in; the last word counts. The order is such that a call that dies half-way leaves it
 * polled: an excluded customer too much is harmless, one that nobody reads and that does not say so is not.
 */
export async function setExcluded(
  { store, shards }: SetExcludedDeps,
  customerId: string,
  isExcluded: boolean,
): Promise<Customer> {
  if (!(await store.get(customerId))) throw notFound();
  if (!isExcluded) await setMember({ store, shards }, customerId, isExcluded);
  await store.change([customerId], (customer) => {
    if ((customer.isExcluded ?? false) === isExcluded) return undefined;
    const { isExcluded: before, ...rest } = customer;
    // What the last poll said is not followed any more.
    return before ? rest : { ...rest, isExcluded: true, openIncidentIds: [], coverage: {} };
  });
  if (isExcluded) await setMember({ store, shards }, customerId, isExcluded);
  const customer = await store.get(customerId);
  if (!customer) throw notFound();
  return customer;
}

async function setMember({ store, shards }: SetExcludedDeps, customerId: string, isExcluded: boolean): Promise<void> {
  const customer = await store.get(customerId);
  if (!customer) throw notFound();
  const { connectionId, shard } = parseShardKey(customer.healthShard);
  const member = (await shards.members(connectionId, shard)).get(customerId);
  if (!member || (member.isExcluded ?? false) === isExcluded) return;
  await shards.put(connectionId, shard, [{ ...member, isExcluded: isExcluded || undefined }]);
}
