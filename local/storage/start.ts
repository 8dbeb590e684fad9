import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { StartPart } from '../part.ts';

type StorageOptions = {
  tablePort: number;
  blobPort: number;
  queuePort: number;
  /** Folder that holds the data. */
  location: string;
};

const host = '127.0.0.1';

// Public and the same everywhere: Microsoft docs, "Use the Azurite emulator", well-known storage account and key.
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const upWithinMs = 30_000;

/**
 * Runs the combined Azurite in this very process, so that there is one process to end and none that outlives the world.
 * Can be called once per process. Ended in order, it keeps every write that it acknowledged; killed, it may lose the last
 * five seconds, since it saves its tables at that interval.
 */
export const startStorage: StartPart<StorageOptions> = async (options) => {
  process.title = `azurite ${String(options.tablePort)} (local/storage/main.ts)`;
  process.argv = [process.execPath, 'azurite', ...commandLine(options)];
  const listeners = process.listenerCount('SIGTERM');
  // Its command-line entry: it reads the arguments above, and closes in order on SIGTERM.
  await import(import.meta.resolve('azurite/dist/src/azurite.js'));
  await until(() => process.listenerCount('SIGTERM') > listeners);
  return { settings: { STORAGE: connectionString(options) }, stop: close };
};

function commandLine(options: StorageOptions): string[] {
  const flags = {
    '--location': options.location,
    '--blobHost': host,
    '--blobPort': options.blobPort,
    '--queueHost': host,
    '--queuePort': options.queuePort,
    '--tableHost': host,
    '--tablePort': options.tablePort,
  };
  return ['--silent', '--disableTelemetry', ...Object.entries(flags).flat().map(String)];
}

function connectionString({ blobPort, queuePort, tablePort }: StorageOptions): string {
  const at = (port: number) => `http://${host}:${String(port)}/${account}`;
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${account}`,
    `AccountKey=${accountKey}`,
    `BlobEndpoint=${at(blobPort)}`,
    `QueueEndpoint=${at(queuePort)}`,
    `TableEndpoint=${at(tablePort)}`,
    '',
  ].join(';');
}

/**
 * Azurite listens for SIGTERM as the last step of its start, when its three ports are open. Asking a port would not do:
 * something else may hold it and answer. When a port is taken, Azurite ends the process.
 */
async function until(isUp: () => boolean): Promise<void> {
  const deadline = Date.now() + upWithinMs;
  while (!isUp()) {
    if (Date.now() > deadline) throw new Error(`Azurite is not up after ${String(upWithinMs / 1_000)} s`);
    await wait(20);
  }
}

async function close(): Promise<void> {
  // The end may have come by the parent's end instead of a signal; Azurite closes at the first one only.
  process.emit('SIGTERM', 'SIGTERM');
  if (process.connected) process.disconnect();
  // Azurite does not tell when its files are written; when nothing is left to do, they are.
  await once(process, 'beforeExit');
}
