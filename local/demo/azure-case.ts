import { until } from '../call-desk.ts';
import { fileByHand } from './assisted-case.ts';
import { escalate, preview, takeIn, type Wanted } from './intake.ts';
import { expectStatus, expectTrue, noticeOf, type Story } from './story.ts';

/** Second story: an Azure case is filed through the Azure Support API and followed to its end. */
export async function azureCase(story: Story, wanted: Wanted): Promise<void> {
  story.title('An Azure case, filed through the Azure Support API');
  const requestId = await takeIn(story, wanted);
  await preview(story, wanted, requestId);
  const location = await escalate(story, wanted, requestId);
  const read = async () => expectStatus(await story.call(location, { token: wanted.people.operator }), 200).json;
  let ticketName = '';
  await story.step('The desk files one ticket in the customer’s subscription and follows its creation.', async () => {
    const filed = await until('the ticket has its number', async () => {
      await story.control({ clock: { advanceSeconds: 30 } });
      const escalation = await read();
      return typeof escalation.caseNumber === 'string' ? escalation : undefined;
    });
    const tickets = await ticketsOf(story);
    const ticket = tickets.find(({ number }) => number === filed.caseNumber);
    expectTrue(ticket?.puts === 1, 'one PUT made this ticket');
    ticketName = ticket?.name ?? '';
    return `${String(filed.state)}, case ${String(filed.caseNumber)}, ticket ${ticketName}`;
  });
  await story.step(
    'Microsoft closes the case; the next case sync brings it to the request and to the portal.',
    async () => {
      await story.control({
        scenario: { ticket: { name: ticketName, status: 'Closed', message: 'Capacity was restored.' } },
      });
      await story.control({ clock: { advanceSeconds: 10 * 60 } });
      await noticeOf(story, {
        portalId: wanted.portal.id,
        type: 'escalation.updated',
        fits: (data) => data.requestId === requestId && data.state === 'closed',
      });
      return `escalation ${String((await read()).state)}; the portal was told`;
    },
  );
}

/** The same, but Azure refuses the partner's plan: the case becomes an assisted one, and says why. */
export async function refusedAzureCase(story: Story, wanted: Wanted): Promise<void> {
  story.title('An Azure case whose plan is refused: it becomes an assisted one');
  const requestId = await takeIn(story, wanted);
  // Told a second time within a day, the desk does not even ask: the fault would be left for the next story.
  const asks = (await preview(story, wanted, requestId)) === 'azure-support';
  if (asks) {
    await story.control({ fault: { match: 'arm.supportTickets.put', status: 403, times: 1 } });
  }
  const location = await escalate(story, wanted, requestId);
  const refused = asks ? 'Azure answers 403 for the support plan' : 'Azure has refused the support plan within the day';
  await story.step(`${refused}; the desk says so and prepares the packet.`, async () => {
    const turned = await until('the case became an assisted one', async () => {
      const answer = await story.call(location, { token: wanted.people.operator });
      return expectStatus(answer, 200).json.state === 'awaiting-filing' ? answer.json : undefined;
    });
    expectTrue(turned.channel === 'assisted', 'the channel is assisted');
    const lines = (turned.reasons as Reason[]).map(({ code, text, remedy }) =>
      [`because ${text} (${code})`, ...(remedy === undefined ? [] : [`remedy: ${remedy}`])].join('; '),
    );
    return [`${String(turned.state)}, channel ${String(turned.channel)}`, ...lines].join('\n      ');
  });
  await fileByHand(story, wanted, { location, requestId });
}

type Reason = { code: string; text: string; remedy?: string };

type Ticket = { name: string; number: string; puts: number };

async function ticketsOf(story: Story): Promise<Ticket[]> {
  return (await story.microsoft()).tickets as Ticket[];
}
