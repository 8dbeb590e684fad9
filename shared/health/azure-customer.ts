import type { Clock } from '../core/clock.ts';
import { troubleView, type Trouble } from '../customers/coverage.ts';
import { parseShardKey, type Customer } from '../customers/customer.ts';
import type { Tables } from '../platform/table.ts';
import { azureService } from './azure-event.ts';
import { azurePartition, readAzureShard } from './azure-shard.ts';
import type { CustomerHealth } from './health-answers.ts';
import { serviceLevel } from './severity.ts';
import { isStale, lastGoodAt } from './shard.ts';

type AzureHealthDeps = { tables: Tables<'health'>; clock: Pick<Clock, 'now'>; cloud: { healthPollMinutes: number } };

/** Rights in Azure are roles on its subscriptions, not those of Microsoft 365. */
const azureTroubleView = (trouble: Trouble): ReturnType<typeof troubleView> => ({
  ...troubleView(trouble),
  ...(trouble.code === 'role-lacking' && {
    remedy:
      'Give the desk’s application, or the partner’s people, the role Reader on the customer’s Azure subscriptions.',
  }),
});

/**
 * Azure among a customer's services, with the age and trouble of its own feed; none for a customer without subscriptions. Two
 * point reads.
 */
export async function azureHealth(deps: AzureHealthDeps, customer: Customer): Promise<CustomerHealth['services']> {
  if (customer.azureSubscriptionIds.length === 0) return [];
  const { connectionId, shard } = parseShardKey(customer.healthShard);
  const { head, state } = await readAzureShard(deps.tables('health'), azurePartition(connectionId, shard));
  const tenant = state.tenants[customer.customerId];
  const goodAt = lastGoodAt(head ?? {}, tenant);
  const isUnknown = isStale(goodAt, deps.clock.now(), deps.cloud.healthPollMinutes);
  const incidentIds = (tenant?.open ?? []).filter((id) => state.issues[id]?.classification !== 'planned-change');
  const open = incidentIds.flatMap((id) => state.issues[id] ?? []);
  const isPolled = head !== undefined && customer.leftAt === undefined;
  return [
    {
      id: azureService.service,
      name: azureService.serviceName,
      status: isUnknown ? 'unknown' : serviceLevel('serviceOperational', open),
      incidentIds,
      asOf: goodAt ?? null,
      coverage: {
        lastGoodAt: goodAt ?? null,
        nextDueAt: isPolled ? head.dueAt : null,
        ...(tenant?.trouble && { trouble: azureTroubleView(tenant.trouble) }),
      },
    },
  ];
}
