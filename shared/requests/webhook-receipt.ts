import * as z from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { AppError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { rowKind } from '../platform/row.ts';
import { isRefusal, type Row, type Table } from '../platform/table.ts';
import { eventKey, partitionOf } from './request-rows.ts';

/** The id of the request that a caller's key names, whether there is such a request or not. */
export const keyedRequestId = (callerId: string, kind: 'api' | 'hook', key: string): string =>
  hashOf(callerId, kind, key);

/** What a sender must bring again for a repeat: the whole body, whatever its spaces and the order of its members. */
export const bodyHashOf = (body: unknown): string => hashOf(canonicalJson(body));

const answerSchema = z.union([
  z.object({ requestId: z.string() }),
  z.object({ pendingId: z.string() }),
  z.object({ quarantineId: z.string() }),
]);
/** How a webhook was answered first, and is answered ever after. */
export type HookAnswer = z.output<typeof answerSchema>;

const receiptRow = rowKind(z.object({ kind: z.literal('receipt'), bodyHash: z.string(), answer: answerSchema }));
export type Receipt = { bodyHash: string; answer: HookAnswer };

/** The receipt in a row; undefined where the row is the creation of a request. */
export const receiptIn = (row: Row): Receipt | undefined =>
  row.columns.kind === 'receipt' ? receiptRow.fromRow(row) : undefined;

/**
 * A webhook-id means one thing. What it comes to stands in one place: where the first event of its request would. There a
 * webhook that makes no request leaves a receipt; so of two copies, or two bodies, storage itself refuses the second.
 */
export type Place = { requestId: string; bodyHash: string };

/** Both throw `webhook-id-reused` where the place was taken by another body. */
export function createReceipts(table: Table) {
  const answerIn = (row: Row, { requestId, bodyHash }: Place): HookAnswer => {
    if (row.columns.bodyHash === bodyHash) return receiptIn(row)?.answer ?? { requestId };
    throw new AppError('webhook-id-reused', 'This webhook-id came before with another body.');
  };
  const read = async (place: Place): Promise<HookAnswer | undefined> => {
    const row = await table.get(partitionOf(place.requestId), eventKey(place.requestId, 1));
    return row && answerIn(row, place);
  };
  return {
    read,
    /** Leaves the answer, or gives the one that stands there already. */
    leave: async (place: Place, answer: HookAnswer): Promise<HookAnswer> => {
      const columns = receiptRow.toColumns({ kind: 'receipt', bodyHash: place.bodyHash, answer });
      try {
        await table.transact(partitionOf(place.requestId), [
          { kind: 'insert', rk: eventKey(place.requestId, 1), columns },
        ]);
        return answer;
      } catch (error) {
        if (!isRefusal(error, 'exists')) throw error;
        const before = error.found ? answerIn(error.found, place) : await read(place);
        if (before === undefined) throw error;
        return before;
      }
    },
  };
}
