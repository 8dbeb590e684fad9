import pLimit from 'p-limit';
import { boundedKey } from '../core/key.ts';
import {
  customerIdPattern,
  customerPartition,
  customerPart,
  customerRange,
  customerRow,
  domainPartition,
  pointerRow,
  subscriptionPartition,
  type Customer,
  type ExternalRef,
} from './customer.ts';
import { customersOfRef, repoint, repointRefs } from './pointers.ts';
import { joinOps, moveOps } from './reseller-index.ts';
import { firstRows, isRefusal, type Row, type Table, type TableOp, type Tables } from '../platform/table.ts';

const concurrentReads = 16;
const transactionSteps = 100;
const attempts = 5;

/**
 * The customers' rows. Several writers share a row, so a change is read, made and checked by ETag; columns that only one of them
 * writes (those of the health poll) may be merged without.
 */
export type CustomerStore = {
  get(customerId: string): Promise<Customer | undefined>;
  getMany(customerIds: Iterable<string>): Promise<Map<string, Customer>>;
  /** In order of id, from after `after` or from `from` on. `next` is where the following page begins. */
  page(query: {
    after?: string | undefined;
    from?: string | undefined;
    limit: number;
  }): Promise<{ customers: Customer[]; next?: string }>;
  /** False when the customer is there already. */
  insert(customer: Customer): Promise<boolean>;
  /** Writes what `change` makes of each customer, up to 100 in one transaction; undefined leaves it as it is. Returns how many changed. */
  change(customerIds: Iterable<string>, change: (customer: Customer) => Customer | undefined): Promise<number>;
  /**
   * Writes some columns of customers' rows without reading them, up to 100 in one transaction, as long as `mayGoOn` says so before
   * each. Returns whom it did not write: who has no row, and who was not come to.
   */
  merge(parts: ReadonlyMap<string, Partial<Customer>>, mayGoOn: () => boolean): Promise<string[]>;
  pointDomains(customerId: string, change: { add: readonly string[]; remove: readonly string[] }): Promise<void>;
  /** Takes nothing away from other customers that have the same reference. */
  pointRefs(customerId: string, change: { add: readonly ExternalRef[]; remove: readonly ExternalRef[] }): Promise<void>;
  pointSubscriptions(customerId: string, change: { add: readonly string[]; remove: readonly string[] }): Promise<void>;
  byDomain(domain: string): Promise<string | undefined>;
  /** Every customer that has the reference. */
  byRef(ref: ExternalRef): Promise<string[]>;
  bySubscription(subscriptionId: string): Promise<string | undefined>;
};

const lowerKey = (domain: string): string => boundedKey(domain.toLowerCase());

export function createCustomerStore({ tables }: { tables: Tables<'customers'> }): CustomerStore {
  const table = tables('customers');
  const limit = pLimit(concurrentReads);
  const rowsOf = async (ids: Iterable<string>): Promise<Row[]> => {
    const rows = await Promise.all([...new Set(ids)].map((id) => limit(async () => table.get(customerPartition, id))));
    return rows.filter((row) => row !== undefined);
  };
  const pointed = async (pk: string, rk: string): Promise<string | undefined> => {
    const row = await table.get(pk, rk);
    return row && pointerRow.fromRow(row).customerId;
  };

  return {
    get: async (customerId) => {
      if (!customerIdPattern.test(customerId)) return undefined;
      const row = await table.get(customerPartition, customerId);
      return row && customerRow.fromRow(row);
    },
    getMany: async (ids) => new Map((await rowsOf(ids)).map((row) => [row.rk, customerRow.fromRow(row)])),
    page: async ({ after = '', from = `${after}!`, limit: size }) => {
      const start = from < customerRange.from ? customerRange.from : from;
      const rows = await firstRows(table, { ...customerRange, from: start }, size + 1);
      const shown = rows.slice(0, size);
      const last = shown.at(-1);
      return {
        customers: shown.map((row) => customerRow.fromRow(row)),
        ...(rows.length > size && last && { next: last.rk }),
      };
    },
    insert: async (customer) => {
      try {
        const columns = customerRow.toColumns(customer);
        await table.transact(customerPartition, [
          { kind: 'insert', rk: customer.customerId, columns },
          ...joinOps(customer),
        ]);
        return true;
      } catch (error) {
        if (isRefusal(error, 'exists')) return false;
        throw error;
      }
    },
    change: async (ids, change) => {
      const all = [...new Set(ids)];
      let changed = 0;
      for (let at = 0; at < all.length; at += transactionSteps) {
        changed += await changeTogether(table, {
          read: async () => rowsOf(all.slice(at, at + transactionSteps)),
          change,
        });
      }
      return changed;
    },
    merge: async (parts, mayGoOn) => {
      const all = [...parts];
      const unwritten: string[] = [];
      for (let at = 0; at < all.length; at += transactionSteps) {
        unwritten.push(...(await mergeTogether(table, all.slice(at, at + transactionSteps), mayGoOn)));
      }
      return unwritten;
    },
    pointDomains: async (customerId, { add, remove }) =>
      repoint(table, { pk: domainPartition, customerId, add: add.map(lowerKey), remove: remove.map(lowerKey) }),
    pointRefs: async (customerId, change) => repointRefs(table, { customerId, ...change }),
    pointSubscriptions: async (customerId, { add, remove }) =>
      repoint(table, { pk: subscriptionPartition, customerId, add: add.map(lowerKey), remove: remove.map(lowerKey) }),
    byDomain: async (domain) => pointed(domainPartition, lowerKey(domain)),
    byRef: async (ref) => customersOfRef(table, ref),
    bySubscription: async (id) => pointed(subscriptionPartition, lowerKey(id)),
  };
}

type Changing = { read: () => Promise<Row[]>; change: (customer: Customer) => Customer | undefined };

async function changeTogether(table: Table, { read, change }: Changing): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const changed: TableOp[] = [];
    const moved: TableOp[] = [];
    for (const row of await read()) {
      const before = customerRow.fromRow(row);
      const next = change(before);
      if (next === undefined) continue;
      changed.push({ kind: 'replace', rk: row.rk, columns: customerRow.toColumns(next), etag: row.etag });
      moved.push(...(await moveOps(table, before, next)));
    }
    if (changed.length === 0) return 0;
    try {
      await table.transact(customerPartition, [...changed, ...moved]);
      return changed.length;
    } catch (error) {
      if (!isRefusal(error) || attempt === attempts) throw error;
    }
  }
}

/** Storage names the row that is missing, and the others are written without it. */
async function mergeTogether(
  table: Table,
  parts: readonly (readonly [customerId: string, part: Partial<Customer>])[],
  mayGoOn: () => boolean,
): Promise<string[]> {
  const ops = parts.map(([rk, part]): TableOp => ({ kind: 'merge', rk, columns: customerPart.toColumns(part) }));
  const unwritten: string[] = [];
  while (ops.length > 0 && mayGoOn()) {
    try {
      await table.transact(customerPartition, ops);
      return unwritten;
    } catch (error) {
      if (!isRefusal(error, 'missing')) throw error;
      unwritten.push(...ops.splice(error.step, 1).map((op) => op.rk));
    }
  }
  return [...unwritten, ...ops.map((op) => op.rk)];
}
