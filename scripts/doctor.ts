import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runningStack } from '../local/stack-file.ts';

const usage = `npm run doctor [-- --desk URL] [--last] [--json]
  Asks Microsoft, through the desk and by reads alone, what its documents leave open, and says what it found.
  The token of a Desk.Admin (with --last: Desk.Read) is read from DESK_TOKEN; without --desk the local world that runs is asked.
  --last shows what was found before and asks nobody. Ends with 1 where the desk could not be asked.`;

type Finding = { id: string; connectionId?: string; question: string; state: string; said: string; otherwise: string };

const { values } = parseArgs({
  options: {
    desk: { type: 'string' },
    last: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const stack = values.desk === undefined ? await runningStack(join(import.meta.dirname, '..', '.local')) : undefined;
const desk = values.desk ?? stack?.baseUrl;
const token = process.env.DESK_TOKEN ?? stack?.tokens?.admin;
if (desk === undefined || token === undefined) {
  console.error(usage);
  process.exit(2);
}

const answer = await fetch(new URL('/api/doctor', desk), {
  method: values.last ? 'GET' : 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  ...(!values.last && { body: '{}' }),
  signal: AbortSignal.timeout(120_000),
});
const text = await answer.text();
if (!answer.ok) {
  console.error(`The desk answered ${String(answer.status)}: ${text}`);
  process.exit(1);
}
const report = JSON.parse(text) as { at: string | null; findings: Finding[] };
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
