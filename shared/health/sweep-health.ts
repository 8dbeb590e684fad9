import { fromIso, minuteMs } from '../core/clock.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { createDirectoryState, directoryPartition } from '../customers/directory.ts';
import type { RelayDeps } from '../customers/relay.ts';
import { sweepPartition } from '../platform/outbox.ts';
import type { TableName } from '../platform/resources.ts';
import { isRefusal, queryAll, type Row } from '../platform/table.ts';
import { incidentPartition } from './incident.ts';
import { owedPartition, owedRow } from './record-incident.ts';
import { shardPartition } from './shard.ts';

/** A mark is older than any transaction that it was written ahead of. */
const markLastsMs = 10 * minuteMs;

type Swept = { owed: number; oldestMs: number };

export type SweepHealth = () => Promise<Swept>;

/** Sends again what directories, shards and incidents have owed for too long. One range read each; incidents only where marked. */
export function createSweepHealth(deps: RelayDeps & { cloud: DeskCloud }): SweepHealth {
  const health = deps.tables('health');
  const directory = createDirectoryState(deps);
  const sweep = async (table: TableName, pk: string): Promise<Swept> =>
    sweepPartition({ ...deps, table: deps.tables(table) }, { table, pk });

  /** An incident that owes nothing any more needs no mark; one marked anew meanwhile keeps it. */
  const sweepMarked = async (row: Row): Promise<Swept> => {
    const { id, at } = owedRow.fromRow(row);
    const swept = await sweep('health', incidentPartition(id));
    const isSettled = swept.owed === 0 && deps.clock.now() - fromIso(at) > markLastsMs;
    if (isSettled)
      await health.transact(owedPartition, [{ kind: 'delete', rk: row.rk, etag: row.etag }]).catch(ifChanged);
    return swept;
  };

  return async () => {
    const all: Swept[] = [];
    for (const { id } of deps.cloud.connections) {
      all.push(await sweep('customers', directoryPartition(id)));
      const { shards } = await directory(id);
      for (let shard = 0; shard < shards; shard++) all.push(await sweep('health', shardPartition(id, shard)));
    }
    for (const row of await queryAll(health, { pk: owedPartition })) all.push(await sweepMarked(row));
    return {
      owed: all.reduce((sum, { owed }) => sum + owed, 0),
      oldestMs: Math.max(0, ...all.map(({ oldestMs }) => oldestMs)),
    };
  };
}

const ifChanged = (error: unknown): void => {
  if (!isRefusal(error)) throw error;
};
