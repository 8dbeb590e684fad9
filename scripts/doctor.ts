import { callDesk } from '../local/call-desk.ts';
import { deskAndToken } from './command/desk.ts';
import { optionsOf } from './command/options.ts';

const usage = `npm run doctor [-- --desk URL] [--last] [--json]
  Asks Microsoft, through the desk and by reads alone, what its documents leave open, and says what it found.
  The desk is --desk, DESK_BASE_URL, or the local world that runs; the token of a Desk.Admin (with --last: Desk.Read) is DESK_TOKEN.
  --last shows what was found before and asks nobody. Ends with 1 where the desk could not be asked.`;

type Finding = { id: string; connectionId?: string; question: string; state: string; said: string; otherwise: string };

const values = optionsOf(usage, {
  desk: { type: 'string' },
  last: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
});
const { desk, token } = await deskAndToken(usage, values.desk);

const { status, json } = await callDesk(desk, 'api/doctor', {
  token,
  ...(!values.last && { body: {} }),
  timeoutMs: 120_000,
});
if (status !== 200) {
  console.error(`The desk answered ${String(status)}: ${JSON.stringify(json)}`);
  process.exit(1);
}
const report = json as { at: string | null; findings: Finding[] };
if (values.json) console.log(JSON.stringify(report, undefined, 2));
else print(report);

function print({ at, findings }: typeof report): void {
  console.log(at === null ? 'Nobody has asked yet.' : `Asked at ${at}.`);
  for (const [connectionId, group] of Map.groupBy(findings, (one) => one.connectionId ?? '')) {
    console.log(`\n${connectionId === '' ? 'For people to find out' : `Connection ${connectionId}`}`);
    for (const { state, question, said, otherwise } of group) {
      console.log(`  ${state.padEnd(9)} ${question}\n            ${said}`);
      if (state !== 'proven') console.log(`            → ${otherwise}`);
    }
  }
  const count = (state: string) => String(findings.filter((one) => one.state === state).length);
  console.log(`\n${count('proven')} proven, ${count('refused')} refused, ${count('unproven')} unproven.`);
}
