import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

const permissions = z.record(z.string(), z.enum(['read', 'write', 'none']));
const step = z.strictObject({
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  'working-directory': z.string().optional(),
});
const job = z.strictObject({
  needs: z.string().optional(),
  if: z.string().optional(),
  'runs-on': z.string(),
  'timeout-minutes': z.int().max(30).optional(),
  permissions: permissions.optional(),
  env: z.record(z.string(), z.string()).optional(),
  steps: z.array(step).min(1),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.union([z.boolean(), z.string()]) }),
  permissions: permissions.optional(),
  jobs: z.record(z.string(), job),
});
type Job = z.infer<typeof job>;
type Step = z.infer<typeof step>;

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const projects = [...readFileSync('vitest.config.ts', 'utf8').matchAll(/name: '(\w+)'/g)].map(([, name]) => name);

/** Rights that a job may have beyond reading, and what in it needs each: an action or a command. */
const writes: Record<string, RegExp> = {
  'contents: write': /gh release create/,
  'attestations: write': /^actions\/attest@/,
  'id-token: write': /^(?:actions\/attest|azure\/login)@/,
};

/** Commands of the project that a step runs, and whether they exist. */
function commandFaults(run: string): string[] {
  const named = [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
  const vitest = [...run.matchAll(/vitest run --project (\w+)/g)].map(([, name]) => name);
  const files = [...run.matchAll(/\b((?:infra|scripts)\/[\w./-]*\w)(?![\w./-]*\*)/g)].map(([, file = '']) => file);
  return [
    ...named.filter((name) => !(name in scripts)).map((name) => `there is no npm run ${name}`),
    ...vitest.filter((name) => !projects.includes(name)).map((name) => `vitest has no project ${String(name)}`),
    ...files.filter((file) => !existsSync(file)).map((file) => `there is no ${file}`),
  ];
}

function stepFaults({ uses, run, with: given }: Step): string[] {
  const isCheckout = uses?.startsWith('actions/checkout@') === true;
  return [
    ...(isCheckout && given?.['persist-credentials'] !== false ? ['the checkout keeps its token'] : []),
    // What others write, such as a branch's name, would run as a script.
    ...(run?.includes('${{') === true ? ['an expression stands in a script: hand it over by env'] : []),
    ...commandFaults(run ?? ''),
  ];
}

/** A tag can be moved to other code, a commit cannot; which version it is stands beside it, for whoever moves the pin. */
const unpinned = (text: string): string[] =>
  [...text.matchAll(/\buses: (.*)$/gm)]
    .map(([, action = '']) => action)
    .filter((action) => !/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))
    .map((action) => `${action} is no commit with its version beside it`);

function jobFaults(name: string, one: Job): string[] {
  const rights = Object.entries(one.permissions ?? {}).filter(([, right]) => right !== 'read' && right !== 'none');
  const needed = (right: string) => one.steps.some(({ uses, run }) => writes[right]?.test(uses ?? run ?? '') === true);
  const runsOurs = one.steps.some(({ run }) => run?.includes('npm ') === true || run?.includes('npx ') === true);
  return [
    ...(one['timeout-minutes'] === undefined ? ['it may run for hours'] : []),
    ...(one['runs-on'].endsWith('latest') ? ['it runs on whatever is newest'] : []),
    ...rights.filter((right) => !needed(right.join(': '))).map((right) => `it may ${right.join(': ')} and needs not`),
    ...(rights.length > 0 && runsOurs ? ['packages of others run with a right to write'] : []),
    ...one.steps.flatMap(stepFaults),
  ].map((what) => `${name}: ${what}`);
}

/** What a workflow must not be: open to what forks send, to moved tags, to more rights than it needs, or without an end. */
export function workflowFaults(text: string): string[] {
  const read = workflow.safeParse(parse(text));
  if (!read.success) return [z.prettifyError(read.error)];
  const { on, jobs, concurrency, permissions: top } = read.data;
  const cancels = concurrency['cancel-in-progress'];
  const allowed = [false, "${{ github.event_name == 'pull_request' }}"];
  return [
    ...Object.keys(on)
      .filter((event) => !['push', 'pull_request'].includes(event))
      .map((event) => `it runs on ${event}`),
    ...(JSON.stringify(top) === '{"contents":"read"}' ? [] : ['by default its jobs may do more than read']),
    ...(allowed.includes(cancels) ? [] : ['it breaks off more than what a pull request has left behind']),
    ...(/\bsecrets\b/.test(text) ? ['it reads a secret'] : []),
    ...unpinned(text),
    ...Object.entries(jobs).flatMap(([name, one]) => jobFaults(name, one)),
  ];
}
