import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The half of the gate that runs nothing of the desk: two checks at a time, the longest first; each says what it has to say at its end. */
const checks: [name: string, ...args: string[]][] = [
  ['eslint', '.', '--max-warnings', '0'],
  ['tsc'],
  ['knip'],
  ['depcruise', 'functions', 'shared', 'local', 'test', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
  ['prettier', '--check', '.'],
];
const atOnce = 2;
const bin = join(import.meta.dirname, '..', 'node_modules', '.bin');

async function run([name, ...args]: (typeof checks)[number]): Promise<boolean> {
  const child = spawn(join(bin, name), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const said: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => said.push(data));
  child.stderr.on('data', (data: Buffer) => said.push(data));
  const isGood = await new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code === 0);
    });
  });
  process.stdout.write(`${isGood ? '✔' : '✘'} ${name}\n${isGood ? '' : Buffer.concat(said).toString()}`);
  return isGood;
}

const waiting = [...checks];
const results: boolean[] = [];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) results.push(await run(check));
  }),
);
process.exitCode = results.length === checks.length && results.every(Boolean) ? 0 : 1;
