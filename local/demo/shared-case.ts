import { until } from '../call-desk.ts';
import { claim, enterNumber, freshNumber } from './by-hand.ts';
import { endsResolved, escalationOf, followed, idOf, toldOf, type Case } from './case.ts';
import type { People, Portal } from './intake.ts';
import { microsoftMail } from './microsoft-mail.ts';
import { expectStatus, expectTrue, inTime, type Story } from './story.ts';

type Customer = { customerId: string; tenantId: string; name: string };
export type Sharer = { portal: Portal; customer: Customer };

type Shared = {
  people: People;
  sharers: readonly [Sharer, Sharer, Sharer];
  /** Microsoft's id of the incident: one that the world has not seen. */
  incidentId: string;
};

const contact = { name: 'Kim Example', email: 'kim@customer.example' };

/** One incident, three customers of two portals, one case at Microsoft. */
export async function sharedCase(story: Story, { people, sharers, incidentId }: Shared): Promise<void> {
  story.title('One incident, three customers, one case');
  const incident = async (change: Record<string, unknown>) =>
    story.control({ scenario: { incident: { id: incidentId, ...change } } });
  const cases: Case[] = [];
  await story.step('Microsoft has an incident, and three customers of two portals report it.', async () => {
    await incident({
      service: 'Exchange Online',
      classification: 'incident',
      status: 'serviceDegradation',
      customers: sharers.map(({ customer }) => customer.tenantId),
      title: 'Users see delays when sending mail to recipients outside their organization',
      post: 'We are looking into delayed mail to outside recipients.',
    });
    for (const { portal, customer } of sharers) {
      await inTime(story, {
        what: `the incident is known for ${customer.name}`,
        everySeconds: 5 * 60,
        ask: async () => {
          const path = `/api/customers/${customer.customerId}/incidents?state=open`;
          const { items } = expectStatus(await story.call(path, { token: portal.token }), 200).json;
          return (items as { id: string }[]).some(({ id }) => id === incidentId) ? true : undefined;
        },
      });
      const body = {
        customer: { customerId: customer.customerId },
        title: 'Mail to other companies arrives an hour late',
        description: 'Since this morning mail to recipients outside our organisation is delayed by about an hour.',
        severity: 'moderate',
        category: 'technical',
        service: 'Exchange',
        evidence: { tried: 'another client, another network' },
        contact,
      };
      const { json } = expectStatus(await story.call('/api/requests', { token: portal.token, body }), 201);
      const requestId = String(json.id);
      cases.push({ portal, people, requestId, location: `/api/escalations/${requestId}-1` });
    }
    return cases.map(({ portal, requestId }) => `${requestId} of portal ${portal.id}`).join('\n      ');
  });
  const [lead, second, third] = cases as [Case, Case, Case];
  const escalate = async ({ requestId }: Case, body: unknown, token = people.operator) =>
    story.call(`/api/requests/${requestId}/escalation`, { token, body });

  await story.step(
    'The gate says wait; an administrator knows that this one cannot, and forces it with a reason.',
    async () => {
      const { json } = expectStatus(await escalate(lead, {}), 409);
      const forced = { force: true, reason: 'The customer ships by mail alone, and stands still.' };
      expectStatus(await escalate(lead, forced, people.admin), 202);
      return `${String(json.decision)}: ${(json.reasons as { code: string; text: string }[]).find(({ code }) => code === 'incident-live')?.text ?? ''} Then 202.`;
    },
  );
  await story.step('The other two join its case instead of opening more.', async () => {
    for (const one of [second, third]) {
      const { json } = expectStatus(await escalate(one, {}), 202);
      expectTrue(json.state === 'joined' && json.joinedTo === idOf(lead), 'it shares the first one’s case');
    }
    const { requestIds } = await until('the case knows of all three', async () => {
      const escalation = await escalationOf(story, lead);
      return escalation.requestIds.length === 3 ? escalation : undefined;
    });
    return `${idOf(lead)} carries ${String(requestIds.length)} requests`;
  });
  await claim(story, lead);
  const caseNumber = freshNumber();
  await enterNumber(story, lead, caseNumber);
  const subject = `Mail to other companies arrives an hour late - TrackingID#${caseNumber}`;
  const mail = async (body: string) => story.control({ scenario: { mail: { raw: microsoftMail({ subject, body }) } } });

  await story.step(
    'Microsoft writes once; each portal hears of it once for each request, under that request’s own id.',
    async () => {
      await mail('We have found a queue that is stuck, and are draining it.');
      await followed(story, lead, { what: 'the case is followed', fits: ({ state }) => state === 'following' });
      const lines = [];
      for (const one of cases) {
        const { notes, webhookIds } = await toldOf(story, one, 'Microsoft wrote.');
        expectTrue(new Set(webhookIds).size === notes.length, 'each of its events was told once');
        lines.push(
          `${one.portal.id} about ${idOf(one)}: ${String(webhookIds.length)} webhooks, the last “${String(notes.at(-1))}”`,
        );
      }
      return lines.join('\n      ');
    },
  );
  await story.step(
    'One of them is something else after all: it leaves, and its request is the desk’s again.',
    async () => {
      const answer = await story.call(`${lead.location}/requests`, {
        token: people.operator,
        body: { leave: third.requestId },
      });
      expectStatus(answer, 200);
      const request = await until('the request is given back', async () => {
        const { json } = await story.call(`/api/requests/${third.requestId}`, { token: third.portal.token });
        return json.state === 'in-progress' ? json : undefined;
      });
      return `escalation ${(await escalationOf(story, third)).state}, request ${String(request.state)}`;
    },
  );
  await story.step('Microsoft closes the case: those who share it are resolved, who left is not.', async () => {
    await mail('Mail flows as usual. Your case has been closed.');
    await followed(story, lead, { what: 'the case is closed', fits: ({ state }) => state === 'closed' });
    const lines = [await endsResolved(story, lead), await endsResolved(story, second)];
    const { json } = await story.call(`/api/requests/${third.requestId}`, { token: third.portal.token });
    expectTrue(json.state === 'in-progress', 'who left the case is worked on still');
    await incident({ status: 'serviceRestored', post: 'The queue is empty.' });
    return [...lines, `who left: request in-progress`].join('\n      ');
  });
}
