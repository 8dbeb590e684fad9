import { until } from '../call-desk.ts';
import { escalate, preview, takeIn, type Wanted } from './intake.ts';
import { expectStatus, expectTrue, noticeOf, type Story } from './story.ts';

/** Claims a waiting case, shows its packet and link to the claimant alone, and enters the number that Microsoft gave. */
export async function fileByHand(
  story: Story,
  { people, portal }: Pick<Wanted, 'people' | 'portal'>,
  { location, requestId }: { location: string; requestId: string },
): Promise<void> {
  const read = async () => expectStatus(await story.call(location, { token: people.operator }), 200).json;
  await story.step('The case waits for a person; its link is shown to nobody yet.', async () => {
    const waiting = await until('the case waits for filing', async () => {
      const escalation = await read();
      return escalation.state === 'awaiting-filing' ? escalation : undefined;
    });
    const packet = waiting.packet as Record<string, unknown>;
    expectTrue(packet.link === undefined, 'no link before a claim');
    return `${String(waiting.state)}, packet with ${String(Object.keys(packet).length)} fields`;
  });
  await story.step('The operator claims it, and gets the link into the customer’s tenant.', async () => {
    const { json } = expectStatus(await story.call(`${location}/claim`, { token: people.operator, body: {} }), 200);
    const packet = json.packet as Record<string, unknown>;
    expectTrue(packet.link !== undefined, 'the claimant gets the link');
    return `claimed until ${String((json.claim as Record<string, unknown>).until)}, ${JSON.stringify(packet.link)}`;
  });
  const caseNumber = `26${String(Date.now()).padStart(14, '0')}`;
  await story.step('Filed in Microsoft’s portal by hand: the operator enters the case number.', async () => {
    const body = { caseNumber };
    const { json } = expectStatus(await story.call(`${location}/filing`, { token: people.operator, body }), 200);
    return `${String(json.state)}, case ${String(json.caseNumber)}`;
  });
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

/** First story: a Microsoft 365 case, which has no create API, is filed by a person with the desk's packet. */
export async function assistedCase(story: Story, wanted: Wanted): Promise<void> {
  story.title('A Microsoft 365 case, filed by a person (assisted)');
  const requestId = await takeIn(story, wanted);
  await preview(story, wanted, requestId);
  const location = await escalate(story, wanted, requestId);
  await fileByHand(story, wanted, { location, requestId });
}
