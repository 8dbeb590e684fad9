import type { AzureMember } from '../customers/azure-feed.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { countAzure } from './azure-counts.ts';
import type { AzureHealthSource } from './azure-health-source.ts';
import { readAzure } from './azure-read.ts';
import { azureMemberOf, azureRelay, azureStateOf, type AzureManner, type AzureState } from './azure-shard.ts';
import { tellAzureCustomers } from './azure-tell-customers.ts';
import { createPollCycle, type CycleReading, type PollCycleDeps } from './poll-cycle.ts';
import type { ServiceHealthSource } from './service-health.ts';

type PollAzureDeps = PollCycleDeps & { customers: Pick<CustomerStore, 'change'>; source: AzureHealthSource };

/**
 * The Azure feed of a shard. The same cycle, incidents and lists as for Microsoft 365, in a partition of its own, so that neither
 * feed waits for the other or hides its trouble.
 */
export function createPollAzure(deps: PollAzureDeps): QueueHandler {
  return createPollCycle<AzureMember, AzureState>(deps, {
    kind: 'azure',
    relay: azureRelay(deps),
    stateOf: azureStateOf,
    membersOf: (rows) => rows.map(azureMemberOf),
    reading: (cycle) => {
      // Filled while tenants are read; one that could not be read keeps what worked before.
      const manners: Record<string, AzureManner> = {};
      return { source: sourceOf(deps, cycle, manners), remember: (folded) => ({ ...folded, manners }) };
    },
    count: countAzure,
    tell: async (committed, { customerIds }) => tellAzureCustomers(deps.customers, committed, customerIds),
  });
}

function sourceOf(
  { source }: PollAzureDeps,
  { members, before, now }: CycleReading<AzureMember, AzureState>,
  manners: Record<string, AzureManner>,
): ServiceHealthSource {
  const byTenant = new Map(members.map((member) => [member.tenantId, member]));
  for (const { customerId } of members) {
    const known = before.manners[customerId];
    if (known) manners[customerId] = known;
  }
  return async ({ connectionId, tenantId, changedAfter, way }) => {
    const { customerId, subscriptionIds } = byTenant.get(tenantId) ?? { customerId: '', subscriptionIds: [] };
    const tenant = { connectionId, tenantId, subscriptionIds, changedAfter, way };
    const { reading, manner } = await readAzure(source, tenant, { before: manners[customerId] ?? {}, now });
    manners[customerId] = manner;
    return reading;
  };
}
