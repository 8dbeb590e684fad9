import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import { fromIso } from '../core/clock.ts';
import { hashOf } from '../core/hash.ts';
import { oldestFirst } from '../core/key.ts';
import { queues, tableNames, type QueueName } from './resources.ts';
import { rowKind } from './row.ts';
import type { Row, Table, TableOp } from './table.ts';

const queueNames = Object.keys(queues) as [QueueName, ...QueueName[]];

/** A wake that is set aside: where its row stands, and how its consumer fails at it. Ids and names of code, nothing of people. */
const poisonSchema = z.object({
  table: z.enum(tableNames),
  pk: z.string(),
  rk: z.string(),
  queue: z.enum(queueNames),
  kind: z.string(),
  failures: z.number(),
  firstFailedAt: z.iso.datetime(),
  failedAt: z.iso.datetime(),
  /** The class of the last error. */
  error: z.string(),
  redrivenAt: z.iso.datetime().optional(),
  redrivenBy: z.string().optional(),
});
export type Poison = z.output<typeof poisonSchema>;

export const poisonRow = rowKind(poisonSchema);

/** All of table `poison`: there are few, or the desk is broken. Sorted by when they began to fail. */
export const poisonPartition = 'wakes';

const keyOf = ({ table, pk, rk, firstFailedAt }: Poison): string =>
  `${oldestFirst(fromIso(firstFailedAt))}|${hashOf(table, pk, rk).slice(0, 26)}`;

/** Written at each failure of a wake that is set aside, so that a write that is lost is made up for by the next. */
export async function keepPoison(table: Table, poison: Poison): Promise<void> {
  await table.transact(poisonPartition, [{ kind: 'upsert', rk: keyOf(poison), columns: poisonRow.toColumns(poison) }]);
}

export const redrivenOp = ({ rk, etag }: Row, poison: Poison): TableOp => ({
  kind: 'replace',
  rk,
  etag,
  columns: poisonRow.toColumns(poison),
});

const kindSchema = z.object({ kind: z.string() });
export const kindOf = (body: unknown): string => kindSchema.safeParse(body).data?.kind ?? 'none';

/** The desk's own code, or the error's class: never its message, which may quote what it failed at. */
export function classOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}
