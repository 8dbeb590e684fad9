import type { Clock } from '../core/clock.ts';
import { toIso } from '../core/clock.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Bus } from './bus.ts';
import { sendOwed } from './outbox.ts';
import { poisonPartition, poisonRow, redrivenOp, type Poison } from './poison.ts';
import type { PoisonPage, PoisonQuery, Redrive, Redriven } from './poison-contracts.ts';
import type { TableName } from './resources.ts';
import { firstRows, wins, type Row, type Table, type Tables } from './table.ts';
import type { LogEvent, Scope } from './telemetry.ts';
import { dueAgain, wakeFailuresOf } from './wake-failures.ts';

export type PoisonDeps = { tables: Tables<TableName>; bus: Bus; clock: Clock };

const poisonEvents = {
  redriven: { id: 'poison.redriven', level: 'warn' },
} as const satisfies Record<string, LogEvent>;

type Held = { row: Row; poison: Poison; wake: Row };

/** What became of those whose consumer is done with them is known by their own rows: they are forgotten here. */
async function standing(tables: Tables<TableName>, rows: readonly Row[]): Promise<Held[]> {
  const held = await Promise.all(
    rows.map(async (row) => {
      const poison = poisonRow.fromRow(row);
      const wake = await tables(poison.table).get(poison.pk, poison.rk);
      if (wake) return { row, poison, wake };
      await wins(tables('poison'), poisonPartition, [{ kind: 'delete', rk: row.rk, etag: row.etag }]);
      return undefined;
    }),
  );
  return held.filter((one) => one !== undefined);
}

const rowsAfter = async (table: Table, after: string, count: number): Promise<Row[]> =>
  firstRows(table, { pk: poisonPartition, from: `${after}!` }, count);

/** One page of the wakes that are set aside, those first that have failed for longest. */
export function createListPoison({ tables }: Pick<PoisonDeps, 'tables'>) {
  return async ({ limit = limits.pageSizeDefault, cursor }: PoisonQuery): Promise<PoisonPage> => {
    const bound = { list: 'poison' };
    const after = cursor === undefined ? '' : decodeCursor(bound, cursor);
    const rows = await rowsAfter(tables('poison'), after, limit + 1);
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: (await standing(tables, shown)).map(({ row, poison }) => toAnswer(row, poison)),
      ...(last && { nextCursor: encodeCursor(bound, last.rk) }),
    };
  };
}

const toAnswer = ({ rk: id }: Row, { pk, rk, failures, firstFailedAt, failedAt, redrivenAt, ...poison }: Poison) => ({
  ...{ id, ...poison, partition: pk, row: rk, failures },
  ...{ since: firstFailedAt, lastAt: failedAt },
  ...(redrivenAt !== undefined && { redrivenAt }),
});

/**
 * Makes a wake that is set aside due at once, or those of a kind, the oldest first and up to a hundred a call. One that was
 * redriven and has not been tried since is left alone, so that a call made twice has one effect.
 */
export function createRedrivePoison(deps: PoisonDeps) {
  return async ({ wanted, by }: { wanted: Redrive; by: string }, scope: Scope): Promise<Redriven> => {
    const table = deps.tables('poison');
    if ('id' in wanted) {
      const row = await table.get(poisonPartition, wanted.id);
      const [held] = row ? await standing(deps.tables, [row]) : [];
      if (!held) throw notFound();
      return { redriven: (await redrive(deps, { held, by }, scope)) ? [held.row.rk] : [], more: false };
    }
    const redriven: string[] = [];
    let rows: Row[];
    let after = '';
    do {
      rows = await rowsAfter(table, after, limits.pageSizeMax);
      const ofKind = rows.filter((row) => poisonRow.fromRow(row).kind === wanted.kind);
      for (const held of await standing(deps.tables, ofKind)) {
        if (redriven.length === limits.pageSizeMax) return { redriven, more: true };
        if (await redrive(deps, { held, by }, scope)) redriven.push(held.row.rk);
      }
      after = rows.at(-1)?.rk ?? after;
    } while (rows.length === limits.pageSizeMax);
    return { redriven, more: false };
  };
}

/** The wake's row first: it is the truth. A message that the bus takes for a repetition, or cannot take, is sent by the sweep. */
async function redrive({ tables, bus, clock }: PoisonDeps, { held, by }: { held: Held; by: string }, scope: Scope) {
  const { row, poison, wake } = held;
  if (poison.redrivenAt !== undefined) return false;
  if (wakeFailuresOf(wake).failedAt !== undefined) {
    const op = { kind: 'replace' as const, rk: wake.rk, etag: wake.etag, columns: dueAgain(wake.columns) };
    if (!(await wins(tables(poison.table), poison.pk, [op]))) return false;
  }
  const told = { ...poison, redrivenAt: toIso(clock.now()), redrivenBy: by };
  if (!(await wins(tables('poison'), poisonPartition, [redrivenOp(row, told)]))) return false;
  const { table, pk, queue, kind } = poison;
  scope.log(poisonEvents.redriven, { table, pk, rk: wake.rk, queue, kind, by });
  await sendOwed({ bus, clock }, { place: { table, pk }, row: wake }, scope);
  return true;
}
