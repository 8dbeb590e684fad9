import pLimit from 'p-limit';
import * as z from 'zod';
import { fromIso, toIso, type Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { Bus } from './bus.ts';
import { sweepPartition, type SweptPartition } from './outbox.ts';
import type { TableName } from './resources.ts';
import { rowKind } from './row.ts';
import type { Tables } from './table.ts';
import { errorFields, type LogEvent, type Scope } from './telemetry.ts';

/** A partition that may owe wakes. */
export type Place = { table: TableName; pk: string };

/** The fixed shards of a table: two digits each. */
export const shardPlaces = (table: TableName): Place[] =>
  Array.from({ length: limits.requestShards }, (_, shard) => ({ table, pk: String(shard).padStart(2, '0') }));

export type SweepDeps = {
  tables: Tables<TableName>;
  bus: Bus;
  clock: Clock;
  /** Every partition that may owe something, asked anew at each sweep. */
  places: () => Promise<Place[]>;
};

/** `failed`: partitions that could not be read; the rest as of one partition, over all. */
export type SweepSummary = SweptPartition & { partitions: number; failed: number };

const sweepEvents = {
  partitionFailed: { id: 'sweep.partition-failed', level: 'warn' },
} as const satisfies Record<string, LogEvent>;

const lastSweep = rowKind(
  z.object({
    at: z.iso.datetime(),
    owed: z.number(),
    oldestMs: z.number(),
    poisoned: z.number().optional(),
    healthOwed: z.number().optional(),
    healthOldestMs: z.number().optional(),
    healthPoisoned: z.number().optional(),
  }),
);
const lastSweepKey = { pk: 'sweep', rk: 'last' };

export const partitionsAtOnce = 16;

/**
 * Sends again whatever has been owed for more than two minutes, in every partition. A partition that fails does not hold up the
 * others: it is counted and comes round again in a minute.
 */
export async function sweep({ tables, bus, clock, places }: SweepDeps, scope: Scope): Promise<SweepSummary> {
  const limit = pLimit(partitionsAtOnce);
  const all = await places();
  const results = await Promise.all(
    all.map((place) =>
      limit(async () => {
        try {
          return await sweepPartition({ bus, clock, table: tables(place.table) }, place, scope);
        } catch (error) {
          scope.log(sweepEvents.partitionFailed, { table: place.table, pk: place.pk, ...errorFields(error) });
          return undefined;
        }
      }),
    ),
  );
  const done = results.filter((result) => result !== undefined);
  return {
    partitions: all.length,
    owed: done.reduce((sum, result) => sum + result.owed, 0),
    oldestMs: Math.max(0, ...done.map((result) => result.oldestMs)),
    unsent: done.reduce((sum, result) => sum + result.unsent, 0),
    poisoned: done.reduce((sum, result) => sum + result.poisoned, 0),
    failed: results.length - done.length,
  };
}

/** What one sweep found owed. What the health feed owes is missing where it could not be swept. */
type SweepFound = Pick<SweptPartition, 'owed' | 'oldestMs' | 'poisoned'> & {
  health?: Pick<SweptPartition, 'owed' | 'oldestMs' | 'poisoned'>;
};

export async function rememberSweep(
  { tables, clock }: Pick<SweepDeps, 'tables' | 'clock'>,
  { owed, oldestMs, poisoned, health }: SweepFound,
): Promise<void> {
  const at = toIso(clock.now());
  const columns = lastSweep.toColumns({
    at,
    owed,
    oldestMs,
    poisoned,
    healthOwed: health?.owed,
    healthOldestMs: health?.oldestMs,
    healthPoisoned: health?.poisoned,
  });
  await tables('desk').transact(lastSweepKey.pk, [{ kind: 'upsert', rk: lastSweepKey.rk, columns }]);
}

/** What the last sweep found, for readiness: how old it is and how old the oldest row was that nobody had consumed. */
export async function lastSweepState({ tables, clock }: Pick<SweepDeps, 'tables' | 'clock'>) {
  const row = await tables('desk').get(lastSweepKey.pk, lastSweepKey.rk);
  if (row === undefined) return { lastSweepAt: null, sweepAgeSeconds: null };
  const { at, owed, oldestMs, poisoned, healthOwed, healthOldestMs, healthPoisoned } = lastSweep.fromRow(row);
  return {
    lastSweepAt: at,
    sweepAgeSeconds: Math.round((clock.now() - fromIso(at)) / 1_000),
    owed,
    oldestOwedMs: oldestMs,
    poisoned: poisoned ?? null,
    healthOwed: healthOwed ?? null,
    oldestHealthOwedMs: healthOldestMs ?? null,
    healthPoisoned: healthPoisoned ?? null,
  };
}
