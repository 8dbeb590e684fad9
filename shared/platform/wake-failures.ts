import * as z from 'zod';
import { dayMs, fromIso, hourMs, minuteMs, toIso } from '../core/clock.ts';
import { rowKind } from './row.ts';
import type { Columns, Row } from './table.ts';

/** What a wake's row says of a consumer that throws where it should not: a bug, or data that nobody thought of. */
export const failureColumns = {
  failures: z.int().optional(),
  firstFailedAt: z.iso.datetime().optional(),
  failedAt: z.iso.datetime().optional(),
};
const failureRow = rowKind(z.object(failureColumns));
type WakeFailures = z.output<z.ZodObject<typeof failureColumns>>;
export const wakeFailuresOf = (row: Row): WakeFailures => failureRow.fromRow(row);

const backoff = { baseMs: 2 * minuteMs, maxMs: hourMs };
/** After a day of failures a wake is set aside as poison. */
const poisonedAfterMs = dayMs;
/** How often one that is set aside is tried once more: a deployment may have mended its consumer. */
const poisonRetryMs = 6 * hourMs;

const failingMs = ({ firstFailedAt, failedAt }: WakeFailures, until = failedAt): number =>
  firstFailedAt === undefined || until === undefined ? -1 : fromIso(until) - fromIso(firstFailedAt);

export const isPoisoned = (row: WakeFailures, nowMs: number): boolean =>
  failingMs(row, toIso(nowMs)) >= poisonedAfterMs;

/** The columns of a wake that is due at once, and counts as set aside until its consumer is done with it. */
export function dueAgain(columns: Columns): Columns {
  const due = { ...columns };
  delete due.failedAt;
  return due;
}

/** From when on the wake is to be sent again; 0 for one that has not failed. */
export function nextTryAt(row: WakeFailures): number {
  if (row.failedAt === undefined) return 0;
  const isSetAside = failingMs(row) >= poisonedAfterMs;
  const step = Math.min(backoff.maxMs, backoff.baseMs * 2 ** ((row.failures ?? 1) - 1));
  return fromIso(row.failedAt) + (isSetAside ? poisonRetryMs : step);
}

/**
 * The row after one more failure. Undefined where it says so already: one message is delivered ten times within seconds, and
 * that is one failure.
 */
export function failedOnceMore(
  row: WakeFailures,
  nowMs: number,
): (Required<WakeFailures> & { isSetAside: boolean; isSetAsideNow: boolean }) | undefined {
  if (row.failedAt !== undefined && nowMs - fromIso(row.failedAt) < backoff.baseMs) return undefined;
  const failedAt = toIso(nowMs);
  const after = { failures: (row.failures ?? 0) + 1, firstFailedAt: row.firstFailedAt ?? failedAt, failedAt };
  const isSetAside = failingMs(after) >= poisonedAfterMs;
  return { ...after, isSetAside, isSetAsideNow: isSetAside && failingMs(row) < poisonedAfterMs };
}
