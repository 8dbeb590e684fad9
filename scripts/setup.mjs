// Installs the packages when they are missing or the lock file changed, so that one command is enough on a fresh machine.
// Plain JavaScript on purpose: it must run under whatever Node the machine has, before Node 24 is there.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
const stamp = 'node_modules/.installed-lock';

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.error('Installing packages (once) …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lock);
}

// With a file to run: run it by the Node that the packages brought. (A shell that has just looked `node` up remembers the old one.)
const [file, ...rest] = process.argv.slice(2);
if (file !== undefined) {
  const binary = process.platform === 'win32' ? 'node/bin/node.exe' : 'node/bin/node';
  const installed = createRequire(import.meta.url).resolve(binary);
  const child = spawn(installed, [file, ...rest], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; a signal to this process alone is passed on. Either way the child decides how to end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));
}
