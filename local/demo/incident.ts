import { until } from '../call-desk.ts';
import { expectStatus, expectTrue, noticeOf, type Notice, type Story } from './story.ts';
import type { Portal } from './intake.ts';
import { recognised } from './recognised.ts';

type Customer = { customerId: string; tenantId: string; name: string };

type Health = {
  asOf: string;
  services: { id: string; status: string; incidentIds: string[] }[];
};

type Watched = {
  portal: Portal;
  /** Three customers of the portal that nothing ails in Exchange Online. */
  customers: readonly [Customer, Customer, Customer];
  /** Microsoft's id of the incident: one that the world has not seen. */
  incidentId: string;
};

/** The first question of a support call: an incident of Microsoft from its first sign to its end, and how old each answer is. */
export async function incidentStory(story: Story, { portal, customers, incidentId }: Watched): Promise<void> {
  story.title('Is it Microsoft? An incident begins, spreads, is worked on, and ends');
  const [first, second, third] = customers;
  const incident = async (change: Record<string, unknown>) =>
    story.control({ scenario: { incident: { id: incidentId, ...change } } });
  const told = async (type: string): Promise<Notice> => {
    const seen = new Set((await story.inbox(portal.id)).map(({ webhookId }) => webhookId));
    await story.control({ clock: { advanceSeconds: 5 * 60 } });
    return noticeOf(story, {
      portalId: portal.id,
      type,
      fits: (data, webhookId) => data.incidentId === incidentId && !seen.has(webhookId),
    });
  };
  const health = async ({ customerId }: Customer): Promise<Health> => {
    const answer = await story.call(`/api/customers/${customerId}/health`, { token: portal.token });
    return expectStatus(answer, 200).json as Health;
  };
  /** What the desk says of the customer's mail, once it says what it must, and how old that is. */
  const mailOf = async (customer: Customer, isHit: boolean): Promise<string> => {
    const found = await until(`the health of ${customer.name}`, async () => {
      const { asOf, services } = await health(customer);
      const exchange = services.find(({ id }) => id === 'Exchange');
      return exchange?.incidentIds.includes(incidentId) === isHit ? { asOf, exchange } : undefined;
    });
    const now = Date.parse(String((await story.microsoft()).now));
    const age = Math.round((now - Date.parse(found.asOf)) / 1_000);
    expectTrue(!isHit || found.exchange.status === 'degraded', 'a customer that is hit is shown as degraded');
    return `${customer.name}: Exchange Online ${found.exchange.status}, as of ${String(age)} s ago`;
  };

  await story.step(
    'Microsoft begins an incident for two customers; the next poll sees it, the portal is told.',
    async () => {
      await incident({
        service: 'Exchange Online',
        classification: 'incident',
        status: 'serviceDegradation',
        customers: [first.tenantId, second.tenantId],
        title: 'Users see delays when sending mail to recipients outside their organization',
        post: 'We are looking into delayed mail to outside recipients.',
      });
      const { data } = await told('incident.opened');
      const lines = [await mailOf(first, true), await mailOf(second, true), await mailOf(third, false)];
      return [`incident.opened for ${String((data.customerIds as unknown[]).length)} customers`, ...lines].join(
        '\n      ',
      );
    },
  );
  await story.step('It reaches a third customer: one event, about that one alone.', async () => {
    await incident({ customers: customers.map(({ tenantId }) => tenantId) });
    const { data } = await told('incident.customers-affected');
    expectTrue(String(data.customerIds) === third.customerId, 'the event names the third customer alone');
    return `incident.customers-affected\n      ${await mailOf(third, true)}`;
  });
  await story.step('Microsoft posts what it knows; the desk reads it once, whoever is hit.', async () => {
    await incident({ post: 'A queue of outbound mail has been found and is being drained.' });
    await told('incident.posted');
    const answer = await story.call(`/api/incidents/${incidentId}`, { token: portal.token });
    const { posts } = expectStatus(answer, 200).json as { posts: { at: string; text: string }[] };
    return `incident.posted: “${posts.at(-1)?.text ?? ''}”, ${String(posts.length)} posts in all`;
  });
  await recognised(story, { portal, customerId: third.customerId, incidentId });
  await story.step(
    'Microsoft has restored the service; every customer is well again, and the answer is fresh.',
    async () => {
      await incident({ status: 'serviceRestored', post: 'The queue is empty; mail flows as usual.' });
      await told('incident.resolved');
      const lines = [];
      for (const customer of customers) lines.push(await mailOf(customer, false));
      return ['incident.resolved', ...lines].join('\n      ');
    },
  );
  await story.step('Two minutes later nobody has asked Microsoft again, and the answer says so.', async () => {
    await story.control({ clock: { advanceSeconds: 2 * 60 } });
    return mailOf(first, false);
  });
}
