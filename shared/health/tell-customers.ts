import { canonicalJson } from '../core/canonical-json.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import { isPolled } from '../customers/health-shards.ts';
import { shardKey, type Customer } from '../customers/customer.ts';
import { lastGoodAt, type ShardHead, type ShardState } from './shard.ts';

/** What a shard has committed. Nothing else may reach a customer's row, or a run that died could leave there what nobody knows of. */
type Committed = { head: ShardHead; state: ShardState };

/**
 * Brings the rows of these customers to what their shard has committed, and returns those that could not be told: their row is
 * not there yet, or not yet at this shard. A row that was written from a later cycle stays as it is.
 */
export async function tellCustomers(
  customers: Pick<CustomerStore, 'change'>,
  committed: Committed,
  customerIds: Iterable<string>,
): Promise<string[]> {
  const { connectionId, shard } = committed.head;
  const healthShard = shardKey(connectionId, shard);
  const untold = new Set(customerIds);
  // Collected apart: the change is made again where another writer was quicker.
  const told = new Set<string>();
  await customers.change(untold, (customer) => {
    if (!isPolled(customer) || customer.healthShard !== healthShard) return undefined;
    told.add(customer.customerId);
    return changed(customer, committed);
  });
  return [...untold].filter((customerId) => !told.has(customerId));
}

function changed(customer: Customer, { head, state }: Committed): Customer | undefined {
  const tenant = state.tenants[customer.customerId];
  if (!tenant || head.cycleAt === undefined) return undefined;
  if (customer.healthAt !== undefined && customer.healthAt > head.cycleAt) return undefined;
  const goodAt = tenant.trouble && lastGoodAt(head, tenant);
  const next: Customer = {
    ...customer,
    openIncidentIds: tenant.open.map((id) => ({ id, revision: state.issues[id]?.revision ?? '' })),
    coverage: {
      ...(tenant.trouble && { trouble: tenant.trouble }),
      ...(goodAt !== undefined && { lastGoodAt: goodAt }),
    },
    healthAt: head.cycleAt,
  };
  return canonicalJson(next) === canonicalJson(customer) ? undefined : next;
}
