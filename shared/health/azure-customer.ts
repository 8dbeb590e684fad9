import type { Clock } from '../core/clock.ts';
import { azureRoleRemedy, unseenAzure } from '../customers/coverage.ts';
import { parseShardKey, type Customer } from '../customers/customer.ts';
import { isPolled } from '../customers/health-shards.ts';
import type { Tables } from '../platform/table.ts';
import { azureService } from './azure-event.ts';
import { azurePartition, readAzureShard } from './azure-shard.ts';
import { coverageTrouble } from './customer-coverage.ts';
import type { CustomerHealth } from './health-answers.ts';
import { serviceLevel } from './severity.ts';
import { isStale, lastGoodAt } from './shard.ts';

type Service = CustomerHealth['services'][number];
type AzureHealth = Service & { coverage: NonNullable<Service['coverage']> };

type AzureHealthDeps = { tables: Tables<'health'>; clock: Pick<Clock, 'now'>; cloud: { healthPollMinutes: number } };

type TroubleView = NonNullable<CustomerHealth['coverage']['trouble']>;

const forAzure = (trouble: TroubleView): TroubleView =>
  trouble.code === 'role-lacking' ? { ...trouble, remedy: azureRoleRemedy } : trouble;

function unseen(customer: Customer): AzureHealth[] {
  const trouble = unseenAzure(customer);
  if (!trouble) return [];
  const coverage = { lastGoodAt: null, nextDueAt: null, trouble };
  const { service: id, serviceName: name } = azureService;
  return [{ id, name, status: 'unknown', incidentIds: [], asOf: null, coverage }];
}

/**
 * Azure among a customer's services, with the age and trouble of its own feed; none for a customer that did not buy it. Two
 * point reads.
 */
export async function azureHealth(deps: AzureHealthDeps, customer: Customer): Promise<AzureHealth[]> {
  if (customer.azureSubscriptionIds.length === 0) return unseen(customer);
  const { connectionId, shard } = parseShardKey(customer.healthShard);
  const { head, state } = await readAzureShard(deps.tables('health'), azurePartition(connectionId, shard));
  const tenant = state.tenants[customer.customerId];
  const goodAt = lastGoodAt(head ?? {}, tenant);
  const isUnknown = isStale(goodAt, deps.clock.now(), deps.cloud.healthPollMinutes);
  const incidentIds = (tenant?.open ?? []).filter((id) => state.issues[id]?.classification !== 'planned-change');
  const open = incidentIds.flatMap((id) => state.issues[id] ?? []);
  const trouble = coverageTrouble(head ?? {}, tenant);
  const isRead = head !== undefined && isPolled(customer);
  return [
    {
      id: azureService.service,
      name: azureService.serviceName,
      status: isUnknown ? 'unknown' : serviceLevel('serviceOperational', open),
      incidentIds,
      asOf: goodAt ?? null,
      coverage: {
        lastGoodAt: goodAt ?? null,
        nextDueAt: isRead ? head.dueAt : null,
        ...(trouble && { trouble: forAzure(trouble) }),
      },
    },
  ];
}
