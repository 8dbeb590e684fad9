import type { DeskCloud } from '../customers/cloud.ts';
import { createDirectoryState } from '../customers/directory.ts';
import { ensureRelay } from '../customers/ensure-relay.ts';
import type { RelayDeps } from '../customers/relay.ts';
import { firstRows } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { azurePartition, azureRelay } from './azure-shard.ts';
import { overdueMs } from './ensure-polling.ts';
import { newShard } from './shard-members.ts';
import { headOf } from './shard.ts';

export type EnsureAzure = (scope: Scope) => Promise<{ azureShards: number; azureStarted: number }>;

/**
 * Sees to it that the Azure feed of every shard that has a customer with Azure is read: starts what is missing or overdue. One
 * row is read to see whether there is anybody: the head, or where there is none the first member.
 */
export function createEnsureAzure(deps: RelayDeps & { cloud: DeskCloud }): EnsureAzure {
  const table = deps.tables('health');
  const ensuring = { table, relay: azureRelay(deps), clock: deps.clock, legOf: headOf, overdueMs };
  const directory = createDirectoryState(deps);

  const ensure = async (connectionId: string, shard: number, scope: Scope) => {
    const pk = azurePartition(connectionId, shard);
    const [row] = await firstRows(table, { pk, from: 'H', to: 'N' }, 1);
    if (!row) return undefined;
    return (await ensureRelay(ensuring, { pk, first: newShard(connectionId, shard) }, scope)).started;
  };

  return async (scope) => {
    const sum = { azureShards: 0, azureStarted: 0 };
    for (const { id } of deps.cloud.connections) {
      const { shards } = await directory(id);
      for (let shard = 0; shard < shards; shard++) {
        const started = await ensure(id, shard, scope);
        if (started === undefined) continue;
        sum.azureShards++;
        if (started) sum.azureStarted++;
      }
    }
    return sum;
  };
}
