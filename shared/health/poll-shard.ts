import type { CustomerStore } from '../customers/customer-store.ts';
import { isPolled } from '../customers/health-shards.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import type { Scope } from '../platform/telemetry.ts';
import { countLevels } from './count-levels.ts';
import { createPollCycle, type PollCycleDeps } from './poll-cycle.ts';
import type { ServiceHealthSource } from './service-health.ts';
import { memberOf, shardRelay, stateOf } from './shard.ts';
import { tellCustomers } from './tell-customers.ts';

type PollShardDeps = PollCycleDeps & {
  customers: Pick<CustomerStore, 'change' | 'merge'>;
  source: ServiceHealthSource;
  /** Gives the alarm of a connection's dead refresh token where it was not given yet. */
  tellGrant?: (connectionId: string, scope: Scope) => Promise<void>;
};

/** The service health of Microsoft 365 of a shard. */
export function createPollShard(deps: PollShardDeps): QueueHandler {
  return createPollCycle(deps, {
    kind: 'shard',
    relay: shardRelay(deps),
    stateOf,
    membersOf: (rows) => rows.map(memberOf).filter(isPolled),
    reading: () => ({ source: deps.source, remember: (folded) => folded }),
    count: countLevels,
    tell: async (committed, telling) => tellCustomers(deps, committed, telling),
    foundWide: async (connectionId, findings, scope) => {
      if (findings.some(({ code }) => code === 'token')) await deps.tellGrant?.(connectionId, scope);
    },
  });
}
