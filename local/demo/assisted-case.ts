import { claim, freshNumber, numberIsTold } from './by-hand.ts';
import { begun, dutyHears, endsResolved, escalationOf, followed, writeUpdate } from './case.ts';
import type { Wanted } from './intake.ts';
import { microsoftMail } from './microsoft-mail.ts';
import { expectStatus, expectTrue, inTime, type Story } from './story.ts';

type Unverified = { id: string; subject: string; reason: { text: string } };

/** A Microsoft 365 case, which no API creates or reads: a person files it, and its mails tell the rest. */
export async function assistedCase(story: Story, wanted: Wanted): Promise<void> {
  story.title('A Microsoft 365 case, filed by a person and followed by mail (assisted)');
  const one = await begun(story, wanted);
  const { packet } = await claim(story, one);
  const caseNumber = freshNumber();
  const subject = `${String(wanted.request.title)} - TrackingID#${caseNumber}`;
  const mail = async (body: string, isForged = false) =>
    story.control({ scenario: { mail: { raw: microsoftMail({ subject, body, isForged }) } } });
  await story.step(
    'Filed, and nobody types the number: Microsoft’s first mail to the case mailbox names it, beside the packet’s mark.',
    async () => {
      await mail(`Your case has been created. Description: ${String(packet.title)} [${String(packet.marker)}]`);
      const filed = await followed(story, one, {
        what: 'the number came by mail',
        fits: (escalation) => escalation.caseNumber === caseNumber,
      });
      return `${filed.state}, case ${caseNumber}; the packet’s contact is ${(packet.contact as { email: string }).email}`;
    },
  );
  await numberIsTold(story, one, caseNumber);
  await story.step('The engineer asks something; whoever is on duty hears of it.', async () => {
    await mail('My name is Alba Vega. Could you send the correlation id of one failed attempt?');
    const asked = await followed(story, one, {
      what: 'Microsoft asks',
      fits: ({ needsAnswer }) => needsAnswer === true,
    });
    return `${asked.state}, needs an answer; ${await dutyHears(story, one)}`;
  });
  await story.step(
    'The operator answers; the desk cannot write on this case, so a person carries it over.',
    async () => {
      const { toCarry = [] } = await writeUpdate(
        story,
        one,
        'The correlation id is 5f1d1c1e-5a0e-4c5e-9a51-0d5a4b6f7a11.',
      );
      const [waiting] = toCarry;
      expectTrue(waiting !== undefined, 'the answer waits to be carried');
      const carried = await story.call(`${one.location}/updates/${waiting?.id ?? ''}/carried`, {
        token: one.people.operator,
        body: {},
      });
      const { json } = expectStatus(carried, 200);
      expectTrue(json.toCarry === undefined, 'nothing waits any more');
      return `“${waiting?.text ?? ''}” was shown, and is carried`;
    },
  );
  await story.step(
    'Somebody else’s mail says in Microsoft’s name that the case is closed: it changes nothing.',
    async () => {
      await mail('Your case has been closed.', true);
      const listed = await inTime(story, {
        what: 'the mail is listed as unverified',
        everySeconds: 5 * 60,
        ask: async () => {
          const answer = await story.call('/api/case-mails?state=unverified', { token: one.people.operator });
          const items = expectStatus(answer, 200).json.items as Unverified[];
          return items.find((item) => item.subject === subject);
        },
      });
      const { state } = await escalationOf(story, one);
      expectTrue(state === 'following', 'the case is followed still');
      const dismissed = await story.call(`/api/case-mails/${listed.id}/dismiss`, {
        token: one.people.operator,
        body: {},
      });
      expectStatus(dismissed, 200);
      return `${state}; an operator sees the mail (${listed.reason.text}), and dismisses it`;
    },
  );
  await story.step('Microsoft’s own mail closes it; the customer has the last word.', async () => {
    await mail('The correlation id showed the cause, which is mended. Your case has been closed.');
    await followed(story, one, { what: 'the case is closed', fits: ({ state }) => state === 'closed' });
    return endsResolved(story, one);
  });
}
