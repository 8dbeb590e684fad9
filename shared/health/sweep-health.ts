import pLimit from 'p-limit';
import { fromIso } from '../core/clock.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { consentPartition } from '../customers/consents.ts';
import { delegationPartition } from '../customers/delegation.ts';
import { createDirectoryState, directoryPartition } from '../customers/directory.ts';
import type { RelayDeps } from '../customers/relay.ts';
import { owedRows, sweepPartition, type SweptPartition } from '../platform/outbox.ts';
import type { TableName } from '../platform/resources.ts';
import { isRefusal, queryAll, type Row } from '../platform/table.ts';
import { errorFields, type Scope } from '../platform/telemetry.ts';
import { azurePartition } from './azure-shard.ts';
import { healthEvents } from './events.ts';
import { incidentPartition } from './incident.ts';
import { markLastsMs, owedPartition, owedRow } from './incident-wakes.ts';
import { messageCenterPartition } from './message-center-shard.ts';
import { shardPartition } from './shard.ts';

type Swept = Pick<SweptPartition, 'owed' | 'oldestMs' | 'poisoned'>;

/** `failed`: places that could not be swept. They are logged, and come round again in a minute. */
export type SweepHealth = (scope: Scope) => Promise<Swept & { failed: number }>;

const sweepsAtOnce = 16;

/**
 * Sends again what directories, delegations, shards and incidents have owed for too long. One range read each; incidents only where marked. No
 * place holds up another, nor one connection the next.
 */
export function createSweepHealth(deps: RelayDeps & { cloud: DeskCloud }): SweepHealth {
  const health = deps.tables('health');
  const directory = createDirectoryState(deps);
  const sweep = async (table: TableName, pk: string, scope: Scope): Promise<Swept> =>
    sweepPartition({ ...deps, table: deps.tables(table) }, { table, pk }, scope);

  /** An incident that owes nothing any more, not even later, needs no mark; one marked anew meanwhile keeps it. */
  const sweepMarked = async (row: Row, scope: Scope): Promise<Swept> => {
    const { id, at } = owedRow.fromRow(row);
    const swept = await sweep('health', incidentPartition(id), scope);
    const mayBeSettled = swept.owed === 0 && deps.clock.now() - fromIso(at) > markLastsMs;
    if (mayBeSettled && (await owedRows(health, incidentPartition(id))).length === 0)
      await health.transact(owedPartition, [{ kind: 'delete', rk: row.rk, etag: row.etag }]).catch(ifChanged);
    return swept;
  };

  return async (scope) => {
    let failed = 0;
    const limit = pLimit(sweepsAtOnce);
    const apart = async <T>(place: Record<string, string>, work: () => Promise<T>): Promise<T | undefined> =>
      limit(async () => {
        try {
          return await work();
        } catch (error) {
          failed++;
          scope.log(healthEvents.sweepFailed, { ...place, ...errorFields(error) });
          return undefined;
        }
      });
    const connection = async (id: string) => {
      const own = [directoryPartition(id), delegationPartition(id), consentPartition(id)].map(async (pk) =>
        apart({ pk }, async () => sweep('customers', pk, scope)),
      );
      const shards = (await apart({ connection: id }, async () => directory(id)))?.shards ?? 0;
      const numbers = Array.from({ length: shards }, (_, shard) => shard);
      const places = numbers.flatMap((shard) => [
        shardPartition(id, shard),
        azurePartition(id, shard),
        messageCenterPartition(id, shard),
      ]);
      return Promise.all([...own, ...places.map(async (pk) => apart({ pk }, async () => sweep('health', pk, scope)))]);
    };
    const incidents = async () => {
      const marks = await apart({ pk: owedPartition }, async () => queryAll(health, { pk: owedPartition }));
      return Promise.all(
        (marks ?? []).map(async (row) => apart({ mark: row.rk }, async () => sweepMarked(row, scope))),
      );
    };
    const all = (
      await Promise.all([...deps.cloud.connections.map(async ({ id }) => connection(id)), incidents()])
    ).flat();
    const done = all.filter((swept) => swept !== undefined);
    return {
      owed: done.reduce((sum, { owed }) => sum + owed, 0),
      oldestMs: Math.max(0, ...done.map(({ oldestMs }) => oldestMs)),
      poisoned: done.reduce((sum, { poisoned }) => sum + poisoned, 0),
      failed,
    };
  };
}

const ifChanged = (error: unknown): void => {
  if (!isRefusal(error)) throw error;
};
