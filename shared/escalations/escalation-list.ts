import * as z from 'zod';
import { fromIso } from '../core/clock.ts';
import { shardOf } from '../core/hash.ts';
import { newestFirst } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import { isRefusal, type Row, type Table, type TableOp } from '../platform/table.ts';
import type { EscalationEvent, EscalationRow, EscalationState } from './escalation.ts';

const listShards = 4;

const listRow = rowKind(z.strictObject({ id: z.string(), version: z.int() }));
export type ListedEscalation = { id: string; version: number };

type List = EscalationState | 'all';

const listPk = (list: List, shard: number): string => `list|${list}|${String(shard)}`;

const placeOf = (list: List, { id, createdAt }: Pick<EscalationRow, 'id' | 'createdAt'>) => ({
  pk: listPk(list, shardOf(id) % listShards),
  rk: `${newestFirst(fromIso(createdAt))}|${id}`,
});

/**
 * Brings the lists up to an event: all at its beginning, the state that it entered, the state that it left. Events may come
 * late, twice and in any order: a row says the version that put it there, and only a later event takes it away.
 */
export async function listEvent(table: Table, head: EscalationRow, event: EscalationEvent): Promise<void> {
  if (event.version === 1) await enter(table, 'all', { head, version: 1 });
  if (event.from === event.state) return;
  if (head.version === event.version || head.state === event.state) {
    await enter(table, event.state, { head, version: event.version });
  }
  if (event.from !== undefined) await leave(table, event.from, { head, version: event.version });
}

type Entry = { head: EscalationRow; version: number };

async function enter(table: Table, list: List, { head, version }: Entry): Promise<void> {
  const { pk, rk } = placeOf(list, head);
  const columns = listRow.toColumns({ id: head.id, version });
  await attempt(table, pk, async () => {
    const there = await table.get(pk, rk);
    if (!there) return { kind: 'insert', rk, columns };
    return listRow.fromRow(there).version < version ? { kind: 'replace', rk, columns, etag: there.etag } : undefined;
  });
}

async function leave(table: Table, list: List, { head, version }: Entry): Promise<void> {
  const { pk, rk } = placeOf(list, head);
  await attempt(table, pk, async () => {
    const there = await table.get(pk, rk);
    return there && listRow.fromRow(there).version < version ? { kind: 'delete', rk, etag: there.etag } : undefined;
  });
}

/** A refusal means that another consumer wrote in between: look once more. */
async function attempt(table: Table, pk: string, opNow: () => Promise<TableOp | undefined>): Promise<void> {
  for (let tries = 1; ; tries++) {
    const op = await opNow();
    if (!op) return;
    try {
      await table.transact(pk, [op]);
      return;
    } catch (error) {
      if (!isRefusal(error) || tries === 5) throw error;
    }
  }
}

export type ListPage = { rows: ListedEscalation[]; next?: string };

/** One page of a list, merged from its shards. `after` is the last row key of the page before. */
export async function listPage(
  table: Table,
  { state, limit, after }: { state: EscalationState | undefined; limit: number; after: string | undefined },
): Promise<ListPage> {
  // '!' sorts before every character that follows in a key: the first row key after `after`.
  const from = after === undefined ? undefined : `${after}!`;
  const shards = await Promise.all(
    Array.from({ length: listShards }, async (_, shard) =>
      firstRows(table, { pk: listPk(state ?? 'all', shard), from, limit: limit + 1 }),
    ),
  );
  const merged = shards.flat().sort((a, b) => (a.rk < b.rk ? -1 : 1));
  const rows = merged.slice(0, limit);
  const next = merged.length > limit ? rows.at(-1)?.rk : undefined;
  return { rows: rows.map((row) => listRow.fromRow(row)), ...(next !== undefined && { next }) };
}

/** Pages may be empty and still go on. */
async function firstRows(
  table: Table,
  { pk, from, limit }: { pk: string; from: string | undefined; limit: number },
): Promise<Row[]> {
  const rows: Row[] = [];
  let continuation: string | undefined;
  do {
    const page = await table.query({
      pk,
      limit: limit - rows.length,
      ...(from !== undefined && { from }),
      ...(continuation !== undefined && { continuation }),
    });
    rows.push(...page.rows);
    continuation = page.continuation;
  } while (continuation !== undefined && rows.length < limit);
  return rows;
}
