import { toIso, type Clock } from '../core/clock.ts';
import { packText } from '../platform/packed.ts';
import type { Table, TableOp } from '../platform/table.ts';
import {
  contentKey,
  contentRow,
  headRow,
  listKeys,
  quarantinePartition,
  readOpen,
  type HeldHead,
  type QuarantineHead,
} from './quarantine-rows.ts';

/** What becomes of a quarantined webhook. Its text goes; `content` stands in its place. */
export type Resolution = { change: Partial<QuarantineHead>; content?: string | undefined };

/** The steps that take it off what is open, and its head afterwards. Made anew after a lost race. */
export async function resolved(
  { table, clock }: { table: Table; clock: Pick<Clock, 'now'> },
  { row, head }: HeldHead,
  { change, content }: Resolution,
): Promise<{ next: QuarantineHead; ops: TableOp[] }> {
  const next = { ...head, ...change, resolvedAt: toIso(clock.now()) };
  const ops: TableOp[] = [{ kind: 'replace', rk: row.rk, columns: headRow.toColumns(next), etag: row.etag }];
  const rk = contentKey(head.id);
  if (content === undefined) ops.push({ kind: 'delete', rk });
  else ops.push({ kind: 'upsert', rk, columns: { ...contentRow.toColumns({ id: head.id }), ...packText(content) } });
  if (head.state === undefined) {
    const { open, to } = await readOpen(table, head.portalId);
    // The version before kept no lists.
    const listed = await Promise.all(listKeys(head).map(async (key) => table.get(quarantinePartition, key)));
    const gone = listed.flatMap((held) => (held ? [{ kind: 'delete' as const, rk: held.rk }] : []));
    ops.push(to(Math.max(0, open - 1)), ...gone);
  }
  return { next, ops };
}
