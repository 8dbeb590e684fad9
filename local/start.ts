import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDeskWorld } from './desk-world.ts';
import { portBaseFrom } from './ports.ts';
import { readmeCalls } from './readme-calls.ts';
import { assertNotRunning, removeStack, writeStack } from './stack-file.ts';

/** `npm start`: the whole local world, seeded, until Ctrl-C. */
const folder = join(import.meta.dirname, '..', '.local');
const ending = new AbortController();
const startedAt = Date.now();
const { values } = parseArgs({ options: { func: { type: 'boolean', default: false } } });

try {
  await assertNotRunning(folder);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

// Signals are heard from the beginning: a world that is still starting ends as well.
const end = () => {
  ending.abort(new Error('ended by a signal'));
};
process.on('SIGINT', end);
process.on('SIGTERM', end);

try {
  console.log('Starting the local world …');
  const { world, stack } = await startDeskWorld({
    folder,
    portBase: portBaseFrom(process.env.PORT_BASE),
    env: process.env,
    supervise: true,
    hostFolder: values.func ? 'func-host' : 'host',
    signal: ending.signal,
  });
  await writeStack(folder, stack);
  console.log(readmeCalls(stack));
  console.log(`Up after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s. Ctrl-C ends it.`);
  // A signal may have come while the last step ran.
  if (!ending.signal.aborted) {
    await new Promise((resolve) => {
      ending.signal.addEventListener('abort', resolve, { once: true });
    });
  }
  await removeStack(folder, process.pid);
  await world.stop();
  process.exit(0);
} catch (error) {
  await removeStack(folder, process.pid);
  if (ending.signal.aborted) process.exit(0);
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
