import type { Clock } from '../../../shared/core/clock.ts';
import type { ServiceHealthSource } from '../../../shared/health/service-health.ts';
import { isRefusal, type Table, type TableOp } from '../../../shared/platform/table.ts';

/** A bug laid around the real code on purpose. */
export type Plant = {
  table?: (table: Table) => Table;
  source?: (source: ServiceHealthSource, clock: Clock) => ServiceHealthSource;
};

export const nothingPlanted: Plant = {};

const transacting = (change: (pk: string, ops: readonly TableOp[]) => readonly TableOp[]): Plant => ({
  table: (table) => ({
    ...table,
    transact: async (pk, ops) => {
      const left = change(pk, ops);
      return left.length === 0 ? [] : table.transact(pk, left);
    },
  }),
});

const ofIncident = (pk: string): boolean => pk.startsWith('incident|');

const refusalsIgnored: Plant = {
  table: (table) => ({
    ...table,
    transact: async (pk, ops) => {
      try {
        return await table.transact(pk, ops);
      } catch (error) {
        if (isRefusal(error) && ofIncident(pk)) return ops.map(() => '');
        throw error;
      }
    },
  }),
};

const stepByStep: Plant = {
  table: (table) => ({
    ...table,
    transact: async (pk, ops) => {
      if (!ofIncident(pk)) return table.transact(pk, ops);
      const etags: string[] = [];
      for (const op of ops) etags.push(...(await table.transact(pk, [op])));
      return etags;
    },
  }),
};

/** Each is a bug that a poll like this could have, and what must be said of it. */
export const plants: readonly [name: string, found: RegExp, plant: Plant][] = [
  ['a refusal is taken for success', /events|is not listed|is in 0 events|posts/, refusalsIgnored],
  ['an incident is written in several transactions', /events|is in 0 events|posts/, stepByStep],
  [
    'the last writer wins',
    // An event of the other writer's is in the way of this one's.
    /events|is not listed|accepted|died of TableRefusal: .* exists/,
    transacting((pk, ops) =>
      ops.map((op) => (ofIncident(pk) && op.kind === 'replace' ? { ...op, kind: 'upsert' as const } : op)),
    ),
  ],
  [
    'the last reading is believed, not the newest',
    /accepted/,
    {
      source: (source, clock) => async (tenant) => {
        const reading = await source(tenant);
        const revision = new Date(clock.now()).toISOString();
        return { ...reading, issues: reading.issues.map((issue) => ({ ...issue, revision })) };
      },
    },
  ],
  [
    'nobody is owed the details',
    /posts/,
    transacting((pk, ops) =>
      ops.filter((op) => !(ofIncident(pk) && op.kind === 'insert' && op.rk.includes('|detail|'))),
    ),
  ],
  [
    'the next cycle does not look who was told',
    /row/,
    transacting((pk, ops) =>
      ops.map((op) => {
        if (op.kind !== 'replace' || !pk.startsWith('shard|')) return op;
        const columns = Object.entries(op.columns).filter(([name]) => name !== 'untold_json');
        return { ...op, columns: Object.fromEntries(columns) };
      }),
    ),
  ],
];
