import { until } from '../call-desk.ts';
import { claim, enterNumber } from './by-hand.ts';
import { begun, dutyHears, endsResolved, escalationOf, followed, writeUpdate } from './case.ts';
import type { Wanted } from './intake.ts';
import { expectTrue, type Story } from './story.ts';

type Call = { api: string; method: string; path: string; status: number };

/** Billing goes by the Commercial vehicle, which every CSP has: filed by hand in Partner Center, where the desk reads and writes it. */
export async function billingCase(story: Story, { tenantId, ...wanted }: Wanted & { tenantId: string }): Promise<void> {
  story.title('A billing case on the Commercial vehicle, followed at Partner Center');
  const one = await begun(story, wanted);
  const { vehicle } = await escalationOf(story, one);
  expectTrue(vehicle === 'commercial', `the vehicle is commercial, not ${String(vehicle)}`);
  await claim(story, one);
  // Service requests of Partner Center have fifteen digits.
  const caseNumber = `6${String(Date.now()).padStart(14, '0')}`;
  const move = async (change: Record<string, string>) =>
    story.control({ scenario: { serviceRequest: { id: caseNumber, ...change } } });
  await move({ tenantId, title: String(wanted.request.title), status: 'open' });
  await enterNumber(story, one, caseNumber);
  await story.step(
    'Microsoft needs attention (the request says so, no mail); whoever is on duty hears of it.',
    async () => {
      await move({ status: 'attention_needed', note: 'Which line of the invoice is it?' });
      const asked = await followed(story, one, {
        what: 'Microsoft asks',
        fits: ({ needsAnswer }) => needsAnswer === true,
      });
      return `${asked.state}, needs an answer; ${await dutyHears(story, one)}`;
    },
  );
  await story.step('The operator answers, and the desk puts it on the service request as a note.', async () => {
    const path = `/v1/servicerequests/${caseNumber}`;
    await writeUpdate(story, one, 'Line 12, the second one of the same licence.');
    const patched = await until('the note is on the service request', async () => {
      const calls = (await story.microsoft()).calls as Call[];
      return calls.find((call) => call.method === 'PATCH' && call.path.endsWith(path) && call.status === 200);
    });
    return `${patched.method} ${patched.path}: ${String(patched.status)}`;
  });
  await story.step('Microsoft closes it; the customer has the last word.', async () => {
    await move({ status: 'closed', note: 'The line was credited.' });
    await followed(story, one, { what: 'the case is closed', fits: ({ state }) => state === 'closed' });
    return endsResolved(story, one);
  });
}
