import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Where the script looks by itself. */
const [, beside = ''] = /^beside=(\S+)$/m.exec(readFileSync('.ci/run', 'utf8')) ?? [];
/** A checker that says what it was asked for. */
const checker = (exitCode: number, name = 'checker') =>
  `console.log('${name}', ...process.argv.slice(2)); process.exit(${String(exitCode)});`;

type Run = {
  /** What `npm test` ends with, and the counts that it leaves behind; without counts it ended before any test ran. */
  gate: { exitCode: number; counts?: [passed: number, failed: number] };
  /** Files by their path from the project's root. */
  files?: Record<string, string>;
  BICEP_CHECK?: string;
};

/** Runs the script in a folder of its own, with an `npm` in place of the gate: the gate is what runs this test. */
async function run({ gate, files = {}, BICEP_CHECK }: Run) {
  const folder = await mkdtemp(join(tmpdir(), 'desk-ci-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  const root = join(folder, 'project');
  for (const file of ['.ci/run', 'scripts/closing-line.mjs']) await cp(file, join(root, file));
  const results = '.local/test-results.json';
  const [numPassedTests, numFailedTests] = gate.counts ?? [];
  const written = gate.counts ? `echo '${JSON.stringify({ numPassedTests, numFailedTests })}' > ${results}` : ':';
  const npm = `#!/bin/sh\necho "npm $* CI=$CI"\n${written}\nexit ${String(gate.exitCode)}\n`;
  // Counts of a run before must never be taken for those of this one.
  const stale = JSON.stringify({ numPassedTests: 99, numFailedTests: 0 });
  for (const [file, text] of Object.entries({ 'bin/npm': npm, [results]: stale, ...files })) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text, { mode: 0o755 });
  }
  const PATH = [join(root, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { PATH, ...(BICEP_CHECK !== undefined && { BICEP_CHECK }) };
  const { status, stdout } = spawnSync(join(root, '.ci/run'), { cwd: folder, env, encoding: 'utf8' });
  const lines = stdout.trimEnd().split('\n');
  return { status, said: lines.slice(0, -1), closing: lines.at(-1) };
}

const green = { exitCode: 0, counts: [7, 0] } satisfies Run['gate'];

describe('what CI runs', () => {
  it('is the gate alone where there is no checker of templates', async () => {
    const expected = { status: 0, said: ['npm test CI=1'], closing: 'tests: 7 passed, 0 failed' };
    expect(await run({ gate: green })).toEqual(expected);
    expect(await run({ gate: green, BICEP_CHECK: '' })).toEqual(expected);
  });

  it('takes the checker that the environment names before the one beside the project', async () => {
    const files = { [beside]: checker(0, 'beside'), 'own.mjs': checker(0, 'named') };
    const said = async (more: Partial<Run>) => (await run({ gate: green, files, ...more })).said[0];
    expect(await said({})).toBe('beside --strict infra');
    expect(await said({ BICEP_CHECK: 'own.mjs' })).toBe('named --strict infra');
  });

  it.each<{ what: string; how: Run; status: number; counts: string }>([
    {
      what: 'the checker',
      how: { gate: green, files: { [beside]: checker(1) } },
      status: 1,
      counts: '7 passed, 1 failed',
    },
    {
      what: 'a checker that is not there',
      how: { gate: green, BICEP_CHECK: 'gone.mjs' },
      status: 1,
      counts: '7 passed, 1 failed',
    },
    {
      what: 'a test',
      how: { gate: { exitCode: 1, counts: [5, 2] }, files: { [beside]: checker(0) } },
      status: 1,
      counts: '5 passed, 2 failed',
    },
    {
      what: 'both',
      how: { gate: { exitCode: 1, counts: [5, 2] }, files: { [beside]: checker(1) } },
      status: 1,
      counts: '5 passed, 2 failed',
    },
    { what: 'the gate before any test', how: { gate: { exitCode: 2 } }, status: 2, counts: '0 passed, 1 failed' },
  ])('fails with $what, and still runs the gate and closes with the counts', async ({ how, status, counts }) => {
    const result = await run(how);
    expect(result).toMatchObject({ status, closing: `tests: ${counts}` });
    expect(result.said.at(-1)).toBe('npm test CI=1');
  });
});
