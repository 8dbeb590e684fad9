import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { callDesk } from '../local/call-desk.ts';
import { runningStack } from '../local/stack-file.ts';
import { checkDeployment, type Result } from './deployment/checks.ts';
import { tokenOfAzureCli } from './deployment/desk-token.ts';

const usage = `npm run check-deployment [-- --desk URL] [--audience URI]
  Tries what was deployed: whether it is up and ready, sweeps, gets a token for each connection, and handles a message of each queue
  within a minute. The desk is --desk, DESK_BASE_URL, or the local world that runs. The token of a Desk.Admin is DESK_TOKEN, or
  the one that the Azure CLI has for --audience (DESK_API_AUDIENCE); without one only what is public is checked.
  Ends with 1 where a check failed. All of them run.`;

const { values } = parseArgs({
  options: { desk: { type: 'string' }, audience: { type: 'string' }, help: { type: 'boolean', default: false } },
});
const { DESK_TOKEN, DESK_BASE_URL, DESK_API_AUDIENCE } = process.env;
const remote = values.desk ?? DESK_BASE_URL;
const stack =
  remote === undefined && !values.help ? await runningStack(join(import.meta.dirname, '..', '.local')) : undefined;
const desk = remote ?? stack?.baseUrl;
if (values.help || desk === undefined) {
  console[values.help ? 'log' : 'error'](usage);
  process.exit(values.help ? 0 : 2);
}
const given = DESK_TOKEN ?? stack?.tokens?.admin;
const [audience] = (values.audience ?? DESK_API_AUDIENCE ?? '').split(',').filter((one) => one.trim() !== '');
const failed = await checkDeployment({
  ask: async (path, call) => callDesk(desk, path, call),
  now: () => Date.now(),
  sleep: async (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  token: given === undefined ? await tokenOfAzureCli(audience?.trim()) : { value: given },
  tell: print,
});
console.log(failed === 0 ? `\n${desk} passed.` : `\n${desk}: ${String(failed)} failed.`);
process.exitCode = failed === 0 ? 0 : 1;

function print({ name, state, tookMs, said, more = [] }: Result): void {
  const took = `${(tookMs / 1_000).toFixed(1)} s`.padStart(8);
  console.log(`${state.toUpperCase().padEnd(8)}${name.padEnd(24)}${took}  ${said}`);
  for (const line of more) console.log(`${' '.repeat(42)}${line}`);
}
