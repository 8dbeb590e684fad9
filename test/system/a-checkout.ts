import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const leftOut = new Set(['node_modules', '.local', '.git', 'dist', 'coverage']);

/** A program that was started: what it has said so far, and its end. */
export type Running = {
  child: ChildProcess;
  output: () => string;
  exited: Promise<number | NodeJS.Signals | null>;
};

/** A copy of the project in a folder of its own, so that a developer's running world is not disturbed. Always remove it. */
export async function aCheckout() {
  const folder = await mkdtemp(join(tmpdir(), 'desk-checkout-'));
  await cp(root, folder, { recursive: true, filter: (path) => !leftOut.has(basename(path)) });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    /** What `npm start` and its likes run once everything is installed. */
    node: (script: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Running =>
      run(process.execPath, [script, ...args], { cwd: folder, env: { ...process.env, ...env } }),
    bash: (script: string): Running =>
      run('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env: process.env }),
    remove: async () => rm(folder, { recursive: true, force: true }),
  };
}

function run(program: string, args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Running {
  // A process group of its own, as a terminal gives it: a signal may go to the program alone or to the group.
  const child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  // `close`, not `exit`: by then all that it said has been read.
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null);
  return { child, output: () => said, exited };
}
