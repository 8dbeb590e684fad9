import { until } from '../call-desk.ts';
import { claim, enterNumber, freshNumber } from './by-hand.ts';
import { begun, dutyHears, endsResolved, escalationOf, followed, writeUpdate } from './case.ts';
import { escalate, preview, takeIn, type Wanted } from './intake.ts';
import { expectTrue, inTime, type Story } from './story.ts';

/** An Azure case is filed through the Azure Support API, answered, and followed to its end. */
export async function azureCase(story: Story, wanted: Wanted): Promise<void> {
  story.title('An Azure case, filed through the Azure Support API');
  const one = await begun(story, wanted);
  let ticketName = '';
  await story.step('The desk files one ticket in the customer’s subscription and follows its creation.', async () => {
    const filed = await inTime(story, {
      what: 'the ticket has its number',
      everySeconds: 30,
      ask: async () => {
        const escalation = await escalationOf(story, one);
        return escalation.caseNumber === undefined ? undefined : escalation;
      },
    });
    const ticket = (await ticketsOf(story)).find(({ number }) => number === filed.caseNumber);
    expectTrue(ticket?.puts === 1, 'one PUT made this ticket');
    ticketName = ticket?.name ?? '';
    return `${filed.state}, case ${String(filed.caseNumber)}, ticket ${ticketName}`;
  });
  await story.step('The engineer asks something on the ticket; whoever is on duty hears of it.', async () => {
    const message = 'Could you send the boot log of the machine?';
    await story.control({ scenario: { ticket: { name: ticketName, status: 'Open', message } } });
    const asked = await followed(story, one, {
      what: 'Microsoft asks',
      fits: ({ needsAnswer }) => needsAnswer === true,
    });
    return `${asked.state}, needs an answer; ${await dutyHears(story, one)}`;
  });
  await story.step('The operator answers, and the answer stands on the ticket, once.', async () => {
    const text = 'The boot log is in the share that the case names.';
    await writeUpdate(story, one, text);
    const written = await until('the answer is on the ticket', async () => {
      const ticket = (await ticketsOf(story)).find(({ name }) => name === ticketName);
      const ours = ticket?.communications.filter(({ direction }) => direction === 'inbound') ?? [];
      return ours.length > 0 ? ours : undefined;
    });
    expectTrue(written.length === 1 && written[0]?.body.includes(text) === true, 'the answer is there once');
    const { needsAnswer } = await followed(story, one, {
      what: 'the question is answered',
      fits: (escalation) => escalation.needsAnswer !== true,
    });
    return `“${text}”; needs an answer: ${needsAnswer === true ? 'yes' : 'no'}`;
  });
  await story.step(
    'Microsoft closes the case; the next case sync brings it to the request and to the portal.',
    async () => {
      const message = 'Capacity was restored. The case has been closed.';
      await story.control({ scenario: { ticket: { name: ticketName, status: 'Closed', message } } });
      await followed(story, one, { what: 'the case is closed', fits: ({ state }) => state === 'closed' });
      return endsResolved(story, one);
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
  const one = { portal: wanted.portal, people: wanted.people, requestId, location };
  const refused = asks ? 'Azure answers 403 for the support plan' : 'Azure has refused the support plan within the day';
  await story.step(`${refused}; the desk says so and prepares the packet.`, async () => {
    const turned = await until('the case became an assisted one', async () => {
      const escalation = await escalationOf(story, one);
      return escalation.state === 'awaiting-filing' ? escalation : undefined;
    });
    expectTrue(turned.channel === 'assisted', 'the channel is assisted');
    const lines = turned.reasons.map(({ code, text, remedy }) =>
      [`because ${text} (${code})`, ...(remedy === undefined ? [] : [`remedy: ${remedy}`])].join('; '),
    );
    return [`${turned.state}, channel ${turned.channel}`, ...lines].join('\n      ');
  });
  await claim(story, one);
  await enterNumber(story, one, freshNumber());
}

type Ticket = { name: string; number: string; puts: number; communications: { direction: string; body: string }[] };

async function ticketsOf(story: Story): Promise<Ticket[]> {
  return (await story.microsoft()).tickets as Ticket[];
}
