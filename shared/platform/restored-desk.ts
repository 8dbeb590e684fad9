import * as z from 'zod';
import { toIso } from '../core/clock.ts';
import { rowKind } from './row.ts';
import { writeOver, type Table, type TableOp } from './table.ts';

/**
 * That this desk came back from an export, and since when nothing may be filed. Written before any other row of the restore; it
 * stays for good, since tickets may exist at Microsoft of which no row knows.
 */
const restoredSchema = z.object({
  backupId: z.string(),
  /** Of the export: what was accepted after its beginning may be lost. */
  beganAt: z.iso.datetime(),
  restoredAt: z.iso.datetime(),
  /** When the last row was written; absent while the restore runs, or where it was stopped. */
  doneAt: z.iso.datetime().optional(),
  /** Since when filing goes on, by whose word and why. */
  released: z.strictObject({ at: z.iso.datetime(), by: z.string(), reason: z.string() }).optional(),
});
export type RestoredDesk = z.output<typeof restoredSchema>;

const row = rowKind(restoredSchema);
export const restorePartition = 'restore';
const rk = 'desk';

/** One point read. Undefined for a desk that was never restored. */
export async function readRestored(
  desk: Pick<Table, 'get'>,
): Promise<{ restored: RestoredDesk; etag: string } | undefined> {
  const found = await desk.get(restorePartition, rk);
  return found && { restored: row.fromRow(found), etag: found.etag };
}

export const isHeld = ({ released }: RestoredDesk): boolean => released === undefined;

export const restoredOp = (restored: RestoredDesk, before?: { etag: string }): TableOp =>
  writeOver(before, { rk, columns: row.toColumns(restored) });

export const heldFrom = (backup: { id: string; beganAt: string }, nowMs: number): RestoredDesk => ({
  backupId: backup.id,
  beganAt: backup.beganAt,
  restoredAt: toIso(nowMs),
});
