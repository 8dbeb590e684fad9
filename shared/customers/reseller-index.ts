import type { Clock } from '../core/clock.ts';
import { afterPrefix, encodeKey } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { createExpiringCache } from '../platform/expiring-cache.ts';
import { queryAll, type Table, type TableOp, type Tables } from '../platform/table.ts';
import { customerPartition, pointerRow, type Customer } from './customer.ts';

/** Ids of the customers that are served through a reseller (its tenant id or its Partner ID), at most half a minute old. */
export type CustomersOfReseller = (resellerId: string) => Promise<ReadonlySet<string>>;

type Served = Pick<Customer, 'customerId' | 'reseller' | 'detailsAt'>;

/** Rows of a reseller stand in the customers' partition, so that they change with a customer's row or not at all. */
const prefixOf = (resellerId: string): string => `R|${encodeKey(resellerId.toLowerCase())}|`;

const keysOf = ({ customerId, reseller }: Served): Set<string> => {
  const ids = [reseller?.tenantId, reseller?.partnerId].filter((id) => id !== undefined);
  return new Set(ids.map((id) => prefixOf(id) + customerId));
};

/** A customer that joins stands under each name of its reseller. */
export const joinOps = (customer: Served): TableOp[] => {
  const columns = pointerRow.toColumns({ customerId: customer.customerId });
  return [...keysOf(customer)].map((rk) => ({ kind: 'upsert', rk, columns }));
};

/**
 * What goes with a change of a customer: nothing, unless its reseller is another or its details were read again. The latter
 * gives their rows to customers that were stored before there were any.
 */
export async function moveOps(table: Table, before: Served, next: Served): Promise<TableOp[]> {
  const kept = keysOf(next);
  const left = [...keysOf(before)].filter((key) => !kept.has(key));
  const hasJoined = [...kept].some((key) => !keysOf(before).has(key));
  const ops: TableOp[] = hasJoined || before.detailsAt !== next.detailsAt ? joinOps(next) : [];
  for (const rk of left) {
    // Nobody else changes it meanwhile: every writer of these rows replaces the customer's row by its ETag.
    if (await table.get(customerPartition, rk)) ops.push({ kind: 'delete', rk });
  }
  return ops;
}

/** One range read per reseller in half a minute, however many ask. */
export function createCustomersOfReseller(deps: { tables: Tables<'customers'>; clock: Clock }): CustomersOfReseller {
  const cache = createExpiringCache<ReadonlySet<string>>(deps.clock, maxResellers);
  return async (resellerId) => {
    const from = prefixOf(resellerId);
    return cache(from, async () => {
      const until = deps.clock.now() + limits.cacheMs;
      const rows = await queryAll(deps.tables('customers'), { pk: customerPartition, from, to: afterPrefix(from) });
      return { value: new Set(rows.map((row) => pointerRow.fromRow(row).customerId)), until };
    });
  };
}

const maxResellers = 1_000;
