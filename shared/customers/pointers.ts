import { afterPrefix, boundedKey } from '../core/key.ts';
import { isRefusal, queryAll, type Table } from '../platform/table.ts';
import { pointerRow, refPartition, type ExternalRef } from './customer.ts';

/** The same for two texts of one reference only. */
export const refKey = (ref: ExternalRef): string => `${boundedKey(ref.system)}|${boundedKey(ref.id)}`;

type Repointing<Name> = { customerId: string; add: readonly Name[]; remove: readonly Name[] };

/** Rows of names that are one customer's each: a name that is added leads here from now on, wherever it led before. */
export async function repoint(
  table: Table,
  { pk, customerId, add, remove }: Repointing<string> & { pk: string },
): Promise<void> {
  for (const rk of add) await point(table, { pk, rk, customerId });
  for (const rk of remove) await takeAway(table, { pk, rk, customerId });
}

// '!' sorts before every character of a key, so that a reference's rows stand together: the one without a customer first.
const refPrefix = (ref: ExternalRef): string => `${refKey(ref)}!`;

/**
 * One row per reference and customer: portals number their customers alike, and none takes away another's. A row of the version
 * before has the reference alone as its key; it is replaced once its customer's reference is written again.
 */
export async function repointRefs(table: Table, { customerId, add, remove }: Repointing<ExternalRef>): Promise<void> {
  const pk = refPartition;
  for (const ref of add) {
    await point(table, { pk, rk: refPrefix(ref) + customerId, customerId });
    await takeAway(table, { pk, rk: refKey(ref), customerId });
  }
  for (const ref of remove) {
    await takeAway(table, { pk, rk: refPrefix(ref) + customerId, customerId });
    await takeAway(table, { pk, rk: refKey(ref), customerId });
  }
}

/** Every customer that has the reference, by one range read. */
export async function customersOfRef(table: Table, ref: ExternalRef): Promise<string[]> {
  const range = { pk: refPartition, from: refKey(ref), to: afterPrefix(refPrefix(ref)) };
  return [...new Set((await queryAll(table, range)).map((row) => pointerRow.fromRow(row).customerId))];
}

type Pointer = { pk: string; rk: string; customerId: string };

async function point(table: Table, { pk, rk, customerId }: Pointer): Promise<void> {
  await table.transact(pk, [{ kind: 'upsert', rk, columns: pointerRow.toColumns({ customerId }) }]);
}

/** A pointer is taken away only where it still points here: the other side may have claimed the domain since. */
async function takeAway(table: Table, { pk, rk, customerId }: Pointer): Promise<void> {
  const row = await table.get(pk, rk);
  if (!row || pointerRow.fromRow(row).customerId !== customerId) return;
  try {
    await table.transact(pk, [{ kind: 'delete', rk, etag: row.etag }]);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}
