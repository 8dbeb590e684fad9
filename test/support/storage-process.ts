import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import type { FromPart } from '../../local/part.ts';
import { freePortBase, portsFrom } from '../../local/ports.ts';
import { tableClientOptions } from '../../shared/platform/azure-tables.table.ts';

/** The real storage emulator in a process of its own, with tables made on demand. Always stop it. */
export async function startStorageProcess() {
  const location = await mkdtemp(join(tmpdir(), 'desk-storage-'));
  const ports = portsFrom(await freePortBase());
  const child = fork(join(import.meta.dirname, '../../local/storage/main.ts'), { silent: true });
  const options = { tablePort: ports.table, blobPort: ports.blob, queuePort: ports.queue, location };
  child.send({ type: 'start', options, offsetMs: 0 });
  const [up] = (await once(child, 'message')) as [FromPart];
  if (up.type !== 'up') throw new Error(`storage did not start: ${JSON.stringify(up)}`);
  const connectionString = up.settings.STORAGE ?? '';
  let made = 0;
  return {
    connectionString,
    freshTable: async (): Promise<TableClient> => {
      const client = TableClient.fromConnectionString(connectionString, `table${String(++made)}`, {
        ...tableClientOptions,
        allowInsecureConnection: true,
      });
      await client.createTable();
      return client;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(location, { recursive: true, force: true });
    },
  };
}
