import { until } from '../call-desk.ts';
import { escalationOf, type Case, type Escalation } from './case.ts';
import { expectStatus, expectTrue, noticeOf, type Story } from './story.ts';

/** A waiting case is claimed, and its packet and link are shown to the claimant alone. */
export async function claim(story: Story, one: Case): Promise<Escalation> {
  const { people, location } = one;
  await story.step('The case waits for a person; its link is shown to nobody yet.', async () => {
    const waiting = await until('the case waits for filing', async () => {
      const escalation = await escalationOf(story, one);
      return escalation.state === 'awaiting-filing' ? escalation : undefined;
    });
    expectTrue(waiting.packet.link === undefined, 'no link before a claim');
    return `${waiting.state}, packet with ${String(Object.keys(waiting.packet).length)} fields`;
  });
  let claimed = {} as Escalation;
  await story.step('The operator claims it, and gets the link into the customer’s tenant.', async () => {
    const { json } = expectStatus(await story.call(`${location}/claim`, { token: people.operator, body: {} }), 200);
    claimed = json as Escalation;
    expectTrue(claimed.packet.link !== undefined, 'the claimant gets the link');
    return `claimed until ${String((json.claim as Record<string, unknown>).until)}, ${JSON.stringify(claimed.packet.link)}`;
  });
  return claimed;
}

/** The claimant enters the number that Microsoft gave. */
export async function enterNumber(story: Story, one: Case, caseNumber: string): Promise<void> {
  await story.step('Filed in Microsoft’s portal by hand: the operator enters the case number.', async () => {
    const { people, location } = one;
    const answer = await story.call(`${location}/filing`, { token: people.operator, body: { caseNumber } });
    const { json } = expectStatus(answer, 200);
    return `${String(json.state)}, case ${String(json.caseNumber)}`;
  });
  await numberIsTold(story, one, caseNumber);
}

/** The portal hears of the case, and the request waits for Microsoft. */
export async function numberIsTold(story: Story, { portal, requestId }: Case, caseNumber: string): Promise<void> {
  await story.step('The portal hears of it, and the request waits for Microsoft.', async () => {
    await noticeOf(story, {
      portalId: portal.id,
      type: 'escalation.updated',
      fits: (data) => data.requestId === requestId && data.caseNumber === caseNumber,
    });
    const request = await until('the request shows the case', async () => {
      const { json } = expectStatus(await story.call(`/api/requests/${requestId}`, { token: portal.token }), 200);
      return (json.escalation as Record<string, unknown> | undefined)?.caseNumber === caseNumber ? json : undefined;
    });
    return `escalation.updated came; request is ${String(request.state)}`;
  });
}

/** Sixteen digits, as Microsoft's numbers have, that this world has not seen. */
export const freshNumber = (): string => `26${String(Date.now()).padStart(14, '0')}`;
