import { limits } from '../core/limits.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { createDirectoryState } from '../customers/directory.ts';
import { ensureRelay } from '../customers/ensure-relay.ts';
import type { RelayDeps } from '../customers/relay.ts';
import type { Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { overdueMs } from './ensure-polling.ts';
import { messageCenterHeadOf, messageCenterPartition, messageCenterRelay } from './message-center-shard.ts';
import { headOf, shardPartition } from './shard.ts';

export type EnsureMessageCenter = (scope: Scope) => Promise<{ messageCentersStarted: number }>;

/**
 * Sees to it that Message center of every shard is read. Few begin at a time: the first reading of a tenant brings every post,
 * and a fleet need not ask for that in one minute. Those that are only handed on, because they came to nothing, do not count. It
 * begins after the first cycle of service health, which tells by which way a tenant is read, and under which id a post's service
 * stands.
 */
export function createEnsureMessageCenter(deps: RelayDeps & { cloud: DeskCloud }): EnsureMessageCenter {
  const relay = messageCenterRelay(deps);
  const directory = createDirectoryState(deps);
  const table = deps.tables('health');
  const ensuring = {
    table,
    relay,
    clock: deps.clock,
    legOf: messageCenterHeadOf,
    overdueMs,
  };
  return async (scope) => {
    let messageCentersStarted = 0;
    let begun = 0;
    for (const { id: connectionId } of deps.cloud.connections) {
      const { shards } = await directory(connectionId);
      for (let shard = 0; shard < shards && begun < limits.messageCenterStarts; shard++) {
        const place = { pk: messageCenterPartition(connectionId, shard), first: { connectionId, shard } };
        if (!(await table.get(place.pk, 'H')) && !(await isRead(table, shardPartition(connectionId, shard)))) continue;
        const { late, started } = await ensureRelay(ensuring, place, scope);
        if (!started) continue;
        messageCentersStarted++;
        if (late === 0) begun++;
      }
    }
    return { messageCentersStarted };
  };
}

async function isRead(table: Table, pk: string): Promise<boolean> {
  const row = await table.get(pk, 'H');
  return row !== undefined && headOf(row).cycleAt !== undefined;
}
