import * as z from 'zod';
import { toIso } from '../core/clock.ts';
import { rowKind } from '../platform/row.ts';
import type { Row, Table, TableOp } from '../platform/table.ts';
import { directoryPartition } from './directory.ts';

/** `customer`: all of it is read again; `reseller`: only through whom it is served. */
const hintSchema = z.object({ tenantId: z.guid(), what: z.enum(['customer', 'reseller']) });
export type HintValue = z.output<typeof hintSchema>;
export type Hint = HintValue & { rk: string };

const hintRow = rowKind(hintSchema);
const transactionSteps = 100;

/** The time is part of the key, so that a hint that arrives while an older one is being read is not deleted with it. */
const hintOp = (hint: HintValue, now: number): TableOp => ({
  kind: 'upsert',
  rk: `M|${hint.tenantId}|${hint.what}|${toIso(now)}`,
  columns: hintRow.toColumns(hint),
});

export const hintOf = (row: Row): Hint => ({ ...hintRow.fromRow(row), rk: row.rk });

export async function putHints(table: Table, connectionId: string, { hints, now }: Putting): Promise<void> {
  for (let at = 0; at < hints.length; at += transactionSteps) {
    const ops = hints.slice(at, at + transactionSteps).map((hint) => hintOp(hint, now));
    await table.transact(directoryPartition(connectionId), ops);
  }
}

type Putting = { hints: readonly HintValue[]; now: number };
