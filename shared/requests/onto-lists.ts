import { isRefusal, type Table } from '../platform/table.ts';
import { listKey, listedOf, listRow, partitionsOf } from './list-rows.ts';
import type { Head } from './request-event.ts';
import type { RequestStore } from './request-store.ts';

/**
 * Puts the request onto every list it belongs to and takes it off those it left. Events of one request may be handled at the same
 * time and in any order: so what is written follows from the request as it is, and it is read again afterwards. Where it has moved on
 * meanwhile, the work is done again; whoever finishes last has seen the last version.
 */
export async function bringOntoLists(
  deps: { lists: Table; store: Pick<RequestStore, 'readHead'> },
  first: Head,
  known: readonly string[] = [],
): Promise<void> {
  const touched = new Set(known);
  let head: Head | undefined = first;
  for (;;) {
    const { version } = head;
    const rk = listKey(head);
    const columns = listRow.toColumns(listedOf(head));
    const belongs = partitionsOf(head);
    await Promise.all(belongs.map(async (pk) => deps.lists.transact(pk, [{ kind: 'upsert', rk, columns }])));
    const gone = [...touched].filter((pk) => !belongs.includes(pk));
    await Promise.all(gone.map(async (pk) => deleteIfThere(deps.lists, pk, rk)));
    for (const pk of belongs) touched.add(pk);
    head = await deps.store.readHead(first.id);
    if (head === undefined || head.version === version) return;
  }
}

async function deleteIfThere(table: Table, pk: string, rk: string): Promise<void> {
  try {
    await table.transact(pk, [{ kind: 'delete', rk }]);
  } catch (error) {
    if (!isRefusal(error, 'missing')) throw error;
  }
}
