import { azureService } from './azure-event.ts';
import { countLevels, type Counted } from './count-levels.ts';
import type { ShardHead, ShardState } from './shard.ts';

const { service, serviceName } = azureService;

/** How many of these customers see Azure at each level. Those that were never read count too: that they have Azure is known. */
export function countAzure(
  shard: { head: Pick<ShardHead, 'cycleAt'>; state: ShardState },
  customerIds: readonly string[],
  at: { now: number; pollMinutes: number },
): Counted {
  const counted = countLevels(shard, customerIds, at);
  const neverRead = customerIds.filter((id) => shard.state.tenants[id]?.good === undefined).length;
  if (neverRead === 0) return counted;
  const levels = { ...counted.counts[service]?.levels };
  levels.unknown = (levels.unknown ?? 0) + neverRead;
  return { ...counted, counts: { [service]: { name: serviceName, levels } } };
}
