import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';

/**
 * `npm test`: the checks while the tests run. The first tests mostly wait for a local world, and the checks need a processor each, so
 * they take what is left over. What follows `--` is for vitest. Exits with 1 where either fails, whatever the other said.
 */
const root = join(import.meta.dirname, '..');
const running = new Set<ChildProcess>();
/** Dozens of threads and processes load the same files: compiled once, each loads in half the time. */
const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node-compile'), ...process.env };

function start(command: string, args: string[], options: Pick<SpawnOptions, 'stdio' | 'shell'>): ChildProcess {
  const child = spawn(command, args, { cwd: root, env, ...options });
  running.add(child);
  return child;
}

const end = async (child: ChildProcess): Promise<boolean> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      resolve(code === 0);
    });
  });

/** Says what the checks say in one piece, when they are done: amid the lines of the tests it would be torn apart. */
async function check(): Promise<{ isGood: boolean; said: string }> {
  const child = start(process.execPath, [join(root, 'scripts', 'check.ts')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  child.stdout?.on('data', (data: Buffer) => said.push(data));
  child.stderr?.on('data', (data: Buffer) => said.push(data));
  // What it starts is as patient as itself.
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  const isGood = await end(child);
  const text = Buffer.concat(said).toString();
  process.stdout.write(text);
  return { isGood, said: text };
}

const vitest = async (): Promise<boolean> => {
  const report = ['--reporter=default', '--reporter=json', '--outputFile.json=.local/test-results.json'];
  const bin = join(root, 'node_modules', '.bin', 'vitest');
  const options = {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  } satisfies SpawnOptions;
  return end(start(bin, ['run', ...report, ...process.argv.slice(2)], options));
};

process.once('SIGTERM', () => {
  for (const child of running) child.kill('SIGTERM');
});

const [{ isGood, said }, isTested] = await Promise.all([check(), vitest()]);
// Long ago and far up by now.
if (!isGood) process.stdout.write(`\nThe checks failed:\n${said}`);
process.exitCode = isGood && isTested ? 0 : 1;
