import { isAppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { isRefusal, TableRefusal, type Row, type Table, type TableOp } from './table.ts';

/**
 * Makes writes safe against lost answers. Storage may have committed a transaction whose answer never came: the retry is then
 * refused with 409 or 412 although the row is ours. Every written row carries a random token; on a refusal, or on silence, one
 * written row is read back, and only a foreign token is believed. The row read back travels with the refusal, so that a
 * caller that finds its duplicate needs no second read.
 */
export function withWriteTokens(table: Table, ids: Pick<Ids, 'bytes'>): Table {
  return {
    get: async (pk, rk) => table.get(pk, rk),
    query: async (query) => table.query(query),
    transact: async (pk, ops) => {
      const token = Buffer.from(ids.bytes(9)).toString('base64url');
      const marked = ops.map((op) => (op.kind === 'delete' ? op : { ...op, columns: { ...op.columns, w: token } }));
      try {
        return await table.transact(pk, marked);
      } catch (error) {
        const witness = marked.find((op) => op.kind !== 'delete');
        if (witness === undefined || !(isRefusal(error) || isAppError(error, 'unavailable'))) throw error;
        const found = await table.get(pk, witness.rk);
        if (found?.columns.w === token) return etagsAfter(table, marked, found);
        if (isRefusal(error)) {
          throw new TableRefusal(error.reason, error.step, { ...(found && { found }), cause: error });
        }
        throw error;
      }
    },
  };
}

/** The ETags of a transaction whose answer was lost: known for the witness, read for the others. */
async function etagsAfter(table: Table, ops: readonly TableOp[], witness: Row): Promise<string[]> {
  return Promise.all(
    ops.map(async (op) => {
      if (op.kind === 'delete') return '';
      if (op.rk === witness.rk) return witness.etag;
      return (await table.get(witness.pk, op.rk))?.etag ?? '';
    }),
  );
}
