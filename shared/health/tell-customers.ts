import { secondMs, type Clock } from '../core/clock.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import { shardKey, type Customer } from '../customers/customer.ts';
import type { Committed, Telling } from './poll-cycle.ts';
import { accessOf, type ShardHead } from './shard.ts';

type TellingDeps = { customers: Pick<CustomerStore, 'change' | 'merge'>; clock: Pick<Clock, 'now'> };

/** A write that was given up may still arrive; it has this long until the next cycle may begin. */
const quietMs = 30 * secondMs;

/**
 * Brings the rows of these customers to what their shard has committed, and returns those that could not be told: they have no
 * row yet, or time was up. Only the poll's own columns are written, and nothing is read. What a read would guard against:
 *
 * - A slow run that writes after a newer one. A run stops half a minute before the next may begin. A write that is on its way for
 *   longer than that does no lasting harm unless it takes a whole cycle more: whom the newer run told, the one after it tells again.
 * - A customer that left. Only a run that began before may write its row afterwards. The next one finds it among the members no
 *   more and clears the row, as does the one after that; here a read says whether the row is still this shard's.
 */
export async function tellCustomers(deps: TellingDeps, committed: Committed, telling: Telling): Promise<string[]> {
  const parts = new Map<string, Partial<Customer>>();
  const leavers: string[] = [];
  for (const customerId of telling.customerIds) {
    const part = healthPart(committed, customerId);
    if (part) parts.set(customerId, part);
    else leavers.push(customerId);
  }
  const until = telling.before - quietMs;
  const untold = await deps.customers.merge(parts, () => deps.clock.now() < until);
  await clearRows(deps, committed.head, leavers);
  return untold;
}

/** Members of a customer's row that only the poll writes; always all of them, because a merge keeps what it does not name. */
function healthPart({ head, state }: Committed, customerId: string): Partial<Customer> | undefined {
  const tenant = state.tenants[customerId];
  if (!tenant || head.cycleAt === undefined) return undefined;
  const goodAt = tenant.trouble && tenant.good !== 'cycle' ? tenant.good : undefined;
  return {
    openIncidentIds: tenant.open.map((id) => ({ id, revision: state.issues[id]?.revision ?? '' })),
    coverage: {
      ...(tenant.trouble && { trouble: tenant.trouble }),
      ...(goodAt !== undefined && { lastGoodAt: goodAt }),
    },
    healthAt: head.cycleAt,
    access: { way: accessOf(tenant) },
  };
}

async function clearRows({ customers }: TellingDeps, { connectionId, shard }: ShardHead, ids: string[]): Promise<void> {
  await customers.change(ids, (customer) => {
    const isClear = customer.openIncidentIds.length === 0 && Object.keys(customer.coverage).length === 0;
    if (isClear || customer.healthShard !== shardKey(connectionId, shard)) return undefined;
    return { ...customer, openIncidentIds: [], coverage: {} };
  });
}
