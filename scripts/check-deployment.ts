import { callDesk } from '../local/call-desk.ts';
import { deskOf, env } from './command/desk.ts';
import { optionsOf } from './command/options.ts';
import { checkDeployment, type Result } from './deployment/checks.ts';
import { tokenOfAzureCli } from './deployment/desk-token.ts';

const usage = `npm run check-deployment [-- --desk URL] [--audience URI]
  Tries what was deployed: whether it is up and ready, sweeps, gets a token for each connection, and handles a message of each queue
  within a minute. The desk is --desk, DESK_BASE_URL, or the local world that runs. The token of a Desk.Admin is DESK_TOKEN, or
  the one that the Azure CLI has for --audience (DESK_API_AUDIENCE); without one only what is public is checked.
  Ends with 1 where a check failed. All of them run.`;

const values = optionsOf(usage, { desk: { type: 'string' }, audience: { type: 'string' } });
const { desk, token: given } = await deskOf(values.desk);
if (desk === undefined) {
  console.error(`Which desk?\n\n${usage}`);
  process.exit(2);
}
const [audience] = (values.audience ?? env('DESK_API_AUDIENCE'))?.split(',') ?? [];
let skipped = 0;
const failed = await checkDeployment({
  ask: async (path, call) => callDesk(desk, path, call),
  now: () => Date.now(),
  sleep: async (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  token: given === undefined ? await tokenOfAzureCli(audience?.trim()) : { value: given },
  tell: print,
});
const rest = skipped > 0 ? 'what is public passed, the rest was not looked at' : 'passed';
console.log(`\n${desk}: ${failed > 0 ? `${String(failed)} failed` : rest}.`);
process.exitCode = failed === 0 ? 0 : 1;

function print({ name, state, tookMs, said, more = [] }: Result): void {
  if (state === 'skipped') skipped++;
  const took = `${(tookMs / 1_000).toFixed(1)} s`.padStart(8);
  console.log(`${state.toUpperCase().padEnd(8)}${name.padEnd(24)}${took}  ${said}`);
  for (const line of more) console.log(`${' '.repeat(42)}${line}`);
}
