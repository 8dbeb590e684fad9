import * as z from 'zod';
import type { DeskCloud } from '../customers/cloud.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import type { Customer } from '../customers/customer.ts';
import type { RelayDeps } from '../customers/relay.ts';
import type { Scope } from '../platform/telemetry.ts';
import { readAlert, type AzureAlert, type azureAlertSchema } from './azure-alert.ts';
import { healthEvents } from './events.ts';
import { createRecordIncident } from './record-incident.ts';
import { reviewStatus } from './azure-event.ts';
import { tellNews } from './tell-news.ts';

export const azureAlertAnswerSchema = z.union([
  z.object({ incidentId: z.string() }),
  z.object({ ignored: z.literal(true) }),
]);

type TakeAzureAlert = (
  body: z.output<typeof azureAlertSchema>,
  scope: Scope,
) => Promise<z.output<typeof azureAlertAnswerSchema>>;

type TakeAzureAlertDeps = RelayDeps & {
  cloud: Pick<DeskCloud, 'cloud'>;
  customers: Pick<CustomerStore, 'get' | 'bySubscription'>;
};

/**
 * An alert of Azure Service Health, told as a reading would tell it. Azure Monitor sends one for every stage and communication,
 * to every subscription, in any order and more than once: all that is left to the incident's own rules.
 */
export function createTakeAzureAlert(deps: TakeAzureAlertDeps): TakeAzureAlert {
  const record = createRecordIncident(deps);
  const table = deps.tables('health');
  return async (body, scope) => {
    const alert = readAlert(body, deps.cloud.cloud);
    const customers = alert ? await customersOf(deps, alert) : [];
    if (!alert || customers.length === 0) {
      scope.log(healthEvents.alertIgnored, {
        incidentId: alert?.issue.id,
        subscriptions: alert?.subscriptionIds.length,
      });
      return { ignored: true };
    }
    const { issue } = alert;
    // The review of an incident that nobody told of before is history.
    const announced = issue.status !== reviewStatus;
    for (const [healthShard, group] of Map.groupBy(customers, (customer) => customer.healthShard)) {
      const links = group.map(({ customerId }) => ({ customerId, announced }));
      await tellNews(
        table,
        { healthShard, news: [{ issue, links, shownBy: [] }], record, now: deps.clock.now() },
        scope,
      );
    }
    return { incidentId: issue.id };
  };
}

async function customersOf({ customers }: TakeAzureAlertDeps, { subscriptionIds }: AzureAlert): Promise<Customer[]> {
  const found = new Map<string, Customer>();
  for (const subscriptionId of subscriptionIds.slice(0, subscriptionsMax)) {
    const customerId = await customers.bySubscription(subscriptionId);
    const customer = customerId === undefined ? undefined : await customers.get(customerId);
    if (customer && customer.leftAt === undefined) found.set(customer.customerId, customer);
  }
  return [...found.values()];
}

/** Alerts of service health belong to one subscription; nobody makes the desk look up thousands. */
const subscriptionsMax = 10;
