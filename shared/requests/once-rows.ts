import type { Row, Table, TableOp } from '../platform/table.ts';
import type { Head } from './request-event.ts';
import { contentSchema, onceKey, onceRow, partitionOf, toldKey, toldRow, type Content } from './request-rows.ts';

/** Makes a call happen once: a row of its mark goes with the change, and is found by a repeat. */
export type Once = {
  mark: string;
  bodyHash: string;
  /** Whether the texts of the request are part of the answer, and are kept with it. */
  keepsTexts?: boolean;
};

/** The texts of a request at one time; `snoozeReason` where it is snoozed. */
export type Texts = { content: Content; snoozeReason?: string | undefined };

/** What the row of a served call says. Without `texts` where none were kept. */
export type Served = { head: Head; bodyHash: string; texts?: Texts };

const keyOf = (requestId: string, { mark, keepsTexts }: Once): string =>
  keepsTexts ? toldKey(requestId, mark) : onceKey(requestId, mark);

export const onceOp = (head: Head, once: Once, texts: Texts | undefined): TableOp => ({
  kind: 'insert',
  rk: keyOf(head.id, once),
  columns: texts
    ? toldRow.toColumns({ ...head, ...texts.content, bodyHash: once.bodyHash, snoozeReason: texts.snoozeReason })
    : onceRow.toColumns({ ...head, bodyHash: once.bodyHash }),
});

/** The served call in a row that storage gave back; undefined where it is another row. */
export function servedIn(row: Row | undefined, requestId: string, once: Once): Served | undefined {
  if (row?.rk !== keyOf(requestId, once)) return undefined;
  if (!once.keepsTexts) return servedAt(row);
  const { snoozeReason, ...told } = toldRow.fromRow(row);
  return { ...servedAt(row), texts: { content: contentSchema.parse(told), snoozeReason } };
}

const servedAt = (row: Row): Served => {
  const { bodyHash, ...head } = onceRow.fromRow(row);
  return { head, bodyHash };
};

export async function readServed(table: Table, requestId: string, once: Once): Promise<Served | undefined> {
  const pk = partitionOf(requestId);
  const row = await table.get(pk, keyOf(requestId, once));
  if (row || !once.keepsTexts) return servedIn(row, requestId, once);
  // Of the version before, which kept no texts.
  const earlier = await table.get(pk, onceKey(requestId, once.mark));
  return earlier && servedAt(earlier);
}
