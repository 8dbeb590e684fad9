import { takeIn, type Wanted } from './intake.ts';
import { expectStatus, expectTrue, inTime, type Story } from './story.ts';

type Page = { type: string; data: { requestId?: string; acknowledgeUrl?: string; text: string; late?: boolean } };
type PagerDutyEvent = {
  event_action: string;
  dedup_key: string;
  payload?: { custom_details?: Record<string, string> };
};
type Card = { attachments: [{ content: unknown }] };

/** Somebody must be reached: nobody answers for five minutes, the next person is paged, and the first one answers late. */
export async function severityA(story: Story, wanted: Wanted): Promise<void> {
  story.title('Severity A: who is on duty is paged, and the next one after five minutes');
  const requestId = await takeIn(story, wanted);
  const seen = async <T>(what: string, everySeconds: number, ask: () => Promise<T | undefined>) =>
    inTime(story, { what, everySeconds, ask });
  const pageOf = async (type: string) =>
    (await story.posted('/people/olav'))
      .map((body) => body as Page)
      .find((page) => page.type === type && page.data.requestId === requestId);
  const eventsOf = async () => (await story.posted('/pagerduty/v2/enqueue')) as unknown as PagerDutyEvent[];
  const inTheRoom = async (words: string) =>
    ((await story.posted('/teams/room')) as unknown as Card[])
      .map((card) => JSON.stringify(card.attachments[0].content))
      .find((card) => card.includes(requestId) && card.includes(words));

  let acknowledgeUrl = '';
  await story.step('The room gets a card, and the first person a signed page with a link of their own.', async () => {
    const page = await seen('the first person is paged', 1, async () => pageOf('page.triggered'));
    await seen('the room is told', 1, async () => inTheRoom(requestId));
    acknowledgeUrl = page.data.acknowledgeUrl ?? '';
    expectTrue(acknowledgeUrl !== '', 'the page has a link');
    const paged = (await eventsOf()).filter(({ payload }) => payload?.custom_details?.Request === requestId);
    expectTrue(paged.length === 0, 'the second person is left alone still');
    return `Teams and /people/olav: ${page.data.text}`;
  });
  let dedupKey = '';
  await story.step('Five minutes later nobody has answered: the second person is paged by PagerDuty.', async () => {
    const event = await seen('the second person is paged', 5 * 60, async () =>
      (await eventsOf()).find(
        ({ event_action: action, payload }) => action === 'trigger' && payload?.custom_details?.Request === requestId,
      ),
    );
    dedupKey = event.dedup_key;
    return `PagerDuty: ${event.event_action}, dedup_key ${dedupKey}`;
  });
  await story.step(
    'Now the first one answers by the link, which works once; PagerDuty and the room hear that it was late.',
    async () => {
      const { pathname } = new URL(acknowledgeUrl);
      const shown = expectStatus(await story.call(pathname), 200).json;
      expectTrue(shown.acknowledged === false, 'looking acknowledges nothing');
      const { json } = expectStatus(await story.call(pathname, { method: 'POST' }), 200);
      expectTrue(json.acknowledged === true, 'the link acknowledges');
      expectStatus(await story.call(pathname, { method: 'POST' }), 404);
      await seen('PagerDuty is told', 1, async () =>
        (await eventsOf()).find(
          ({ event_action: action, dedup_key: key }) => action === 'acknowledge' && key === dedupKey,
        ),
      );
      await seen('the room is told', 1, async () => inTheRoom('Acknowledged late'));
      return `${String(json.state)}; PagerDuty: acknowledge; Teams: Acknowledged late`;
    },
  );
  await story.step('It is solved: the portal closes the request, and PagerDuty’s incident is resolved.', async () => {
    const { token } = wanted.portal;
    const { headers } = expectStatus(await story.call(`/api/requests/${requestId}`, { token }), 200);
    const closed = await story.call(`/api/requests/${requestId}/transitions`, {
      token,
      headers: { 'if-match': headers.get('etag') ?? '' },
      body: { to: 'closed', reason: 'It works again.' },
    });
    expectStatus(closed, 200);
    const event = await seen('PagerDuty is told', 1, async () =>
      (await eventsOf()).find(({ event_action: action, dedup_key: key }) => action === 'resolve' && key === dedupKey),
    );
    return `request closed; PagerDuty: ${event.event_action}`;
  });
}
