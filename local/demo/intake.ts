import { expectStatus, expectTrue, noticeOf, type Story } from './story.ts';

export type Portal = { id: string; token: string };
export type People = { operator: string; admin: string };

export type Wanted = {
  portal: Portal;
  people: People;
  /** The request as a portal sends it. */
  request: Record<string, unknown>;
};

/** A portal brings a request in; the desk answers at once with what it thinks, and tells the portal by signed webhook. */
export async function takeIn(story: Story, { portal, request }: Wanted): Promise<string> {
  let id = '';
  await story.step('The portal posts the request, and the answer says what the desk thinks of it.', async () => {
    const { json } = expectStatus(await story.call('/api/requests', { token: portal.token, body: request }), 201);
    id = String(json.id);
    const triage = json.triage as Record<string, unknown>;
    return [
      `201, request ${id}`,
      `${String(triage.category)} / ${String(triage.service)}, boundary: ${String(triage.boundary)}`,
      `first response due ${String(triage.expectedFirstResponseAt)}`,
      ...((triage.reasons ?? []) as unknown[]).map(
        (reason) => `because ${typeof reason === 'string' ? reason : JSON.stringify(reason)}`,
      ),
    ].join('\n      ');
  });
  await story.step('The portal gets the signed webhook.', async () => {
    const notice = await noticeOf(story, {
      portalId: portal.id,
      type: 'request.created',
      fits: (data) => data.requestId === id,
    });
    return `request.created, webhook-id ${notice.webhookId}`;
  });
  return id;
}

/** An operator looks whether the case is ready for Microsoft. Gives the channel that it would take. */
export async function preview(story: Story, { people }: Pick<Wanted, 'people'>, requestId: string): Promise<string> {
  let channel = '';
  await story.step('An operator asks whether it is ready to go to Microsoft.', async () => {
    const answer = await story.call(`/api/requests/${requestId}/escalation/preview`, { token: people.operator });
    const { json } = expectStatus(answer, 200);
    expectTrue(json.decision === 'ready', `the decision is ready, not ${JSON.stringify(json)}`);
    channel = String(json.channel);
    return `${String(json.decision)}: vehicle ${String(json.vehicle)}, channel ${channel}`;
  });
  return channel;
}

/** An operator escalates the request. Gives the escalation's address. */
export async function escalate(story: Story, { people }: Pick<Wanted, 'people'>, requestId: string): Promise<string> {
  let location = '';
  await story.step('The operator escalates; a second click finds the same escalation.', async () => {
    const path = `/api/requests/${requestId}/escalation`;
    const first = expectStatus(await story.call(path, { token: people.operator, body: {} }), 202);
    const second = expectStatus(await story.call(path, { token: people.operator, body: {} }), 202);
    location = first.headers.get('location') ?? '';
    expectTrue(location !== '' && location === second.headers.get('location'), 'both answers name one Location');
    return `202, ${location}`;
  });
  return location;
}
