import { canonicalJson } from '../core/canonical-json.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import { shardKey, type Customer } from '../customers/customer.ts';
import type { ShardHead, ShardState } from './shard.ts';

/**
 * Brings what the Azure feed of a shard has committed to the rows of these customers, where an intake finds it. Returns those
 * whose row is not there yet, or not yet at this shard. Trouble is not written there: the row's coverage is Microsoft 365's.
 */
export async function tellAzureCustomers(
  customers: Pick<CustomerStore, 'change'>,
  { head, state }: { head: Pick<ShardHead, 'connectionId' | 'shard' | 'cycleAt'>; state: ShardState },
  customerIds: Iterable<string>,
): Promise<string[]> {
  const healthShard = shardKey(head.connectionId, head.shard);
  const untold = new Set(customerIds);
  const told = new Set<string>();
  await customers.change(untold, (customer) => {
    if (customer.leftAt !== undefined || customer.healthShard !== healthShard) return undefined;
    told.add(customer.customerId);
    // A row that was written from a later cycle stays as it is.
    if (customer.azureHealthAt !== undefined && customer.azureHealthAt > (head.cycleAt ?? '')) return undefined;
    const next = withIncidents({ ...customer, azureHealthAt: head.cycleAt }, state);
    return canonicalJson(next) === canonicalJson(customer) ? undefined : next;
  });
  return [...untold].filter((customerId) => !told.has(customerId));
}

function withIncidents(customer: Customer, state: ShardState): Customer {
  const open = (state.tenants[customer.customerId]?.open ?? []).flatMap((id) => {
    const issue = state.issues[id];
    return issue && issue.classification !== 'planned-change' ? [{ id, revision: issue.revision }] : [];
  });
  return { ...customer, openAzureIncidentIds: open.length > 0 ? open : undefined };
}
