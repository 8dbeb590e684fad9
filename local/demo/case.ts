import type { People, Portal, Wanted } from './intake.ts';
import { escalate, preview, takeIn } from './intake.ts';
import { expectStatus, expectTrue, inTime, noticeOf, type Story } from './story.ts';

/** An escalation in a story, and who has to do with it. */
export type Case = { portal: Portal; people: People; requestId: string; location: string };

export type Escalation = {
  id: string;
  state: string;
  vehicle?: string;
  channel: string;
  caseNumber?: string;
  needsAnswer?: boolean;
  joinedTo?: string;
  requestIds: string[];
  packet: Record<string, unknown>;
  toCarry?: { id: string; text: string }[];
  reasons: { code: string; text: string; remedy?: string }[];
};

export const idOf = ({ location }: Pick<Case, 'location'>): string => location.slice(location.lastIndexOf('/') + 1);

/** From the portal's request to the escalation. */
export async function begun(story: Story, wanted: Wanted): Promise<Case> {
  const requestId = await takeIn(story, wanted);
  await preview(story, wanted, requestId);
  const location = await escalate(story, wanted, requestId);
  return { portal: wanted.portal, people: wanted.people, requestId, location };
}

export async function escalationOf(story: Story, { people, location }: Pick<Case, 'people' | 'location'>) {
  return expectStatus(await story.call(location, { token: people.operator }), 200).json as Escalation;
}

/** The escalation, once it is as it should be; the case is followed by the clock. */
export const followed = async (
  story: Story,
  one: Case,
  { what, fits }: { what: string; fits: (escalation: Escalation) => boolean },
): Promise<Escalation> =>
  inTime(story, {
    what,
    everySeconds: 5 * 60,
    ask: async () => {
      const escalation = await escalationOf(story, one);
      return fits(escalation) ? escalation : undefined;
    },
  });

/** An operator writes to Microsoft on the case. */
export async function writeUpdate(story: Story, { people, location }: Case, text: string): Promise<Escalation> {
  const answer = await story.call(`${location}/updates`, { token: people.operator, body: { text } });
  return expectStatus(answer, 200).json as Escalation;
}

/** Who is on duty hears that Microsoft waits for an answer, in the room and by a signed webhook of their own. */
export async function dutyHears(story: Story, { location }: Pick<Case, 'location'>): Promise<string> {
  const escalationId = idOf({ location });
  const page = await inTime(story, {
    what: 'the duty is told',
    everySeconds: 1,
    ask: async () =>
      (await story.posted('/people/olav'))
        .map(({ data }) => data as Record<string, unknown>)
        .find((data) => data.escalationId === escalationId && data.what === 'microsoft-asks'),
  });
  return `the duty is told: ${String(page.text)}`;
}

/** Microsoft is done: the portal is told, and the request is resolved, not closed: the customer has the last word. */
export async function endsResolved(story: Story, { portal, requestId }: Case): Promise<string> {
  await noticeOf(story, {
    portalId: portal.id,
    type: 'escalation.updated',
    fits: (data) => data.requestId === requestId && data.state === 'closed',
  });
  const request = await inTime(story, {
    what: 'the request is resolved',
    everySeconds: 1,
    ask: async () => {
      const { json } = expectStatus(await story.call(`/api/requests/${requestId}`, { token: portal.token }), 200);
      return json.state === 'resolved' ? json : undefined;
    },
  });
  const { what } = request.nextAction as { what: string };
  expectTrue(what === 'confirm-with-customer', `the next action is to confirm with the customer, not ${what}`);
  return `escalation.updated: closed; request resolved, next action ${what}`;
}

type Entry = { what: string; note?: string };

/** Who shares a case is told to nobody. */
const isTold = ({ what }: Entry): boolean => what !== 'request-joined' && what !== 'request-left';

/** What the portal was told of an escalation, once the event of that note is among it. */
export const toldOf = async (story: Story, one: Case, note: string) =>
  inTime(story, {
    what: `the portal is told of ${idOf(one)}: ${note}`,
    everySeconds: 1,
    ask: async () => {
      const answer = await story.call(`${one.location}/timeline`, { token: one.people.operator });
      const entries = (expectStatus(answer, 200).json.items as Entry[]).filter(isTold);
      const webhooks = await story.inbox(one.portal.id);
      const webhookIds = webhooks
        .filter(({ data }) => data.escalationId === idOf(one))
        .map(({ webhookId }) => webhookId);
      const isThere = entries.some((entry) => entry.note === note) && webhookIds.length >= entries.length;
      return isThere ? { notes: entries.map((entry) => entry.note ?? entry.what), webhookIds } : undefined;
    },
  });
