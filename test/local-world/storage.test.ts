import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { request } from 'node:http';
import { AzureNamedKeyCredential, generateAccountSas, TableClient } from '@azure/data-tables';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createPartGroup, type PartGroup } from '../../local/part-group.ts';
import { freePort, isRunning, temporaryFolder } from './world-folder.ts';

const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const file = join(import.meta.dirname, '../../local/storage/main.ts');

async function storageOptions(folder: string) {
  const [tablePort, blobPort, queuePort] = await Promise.all([freePort(), freePort(), freePort()]);
  return { tablePort, blobPort, queuePort, location: join(folder, 'azurite') };
}

type StorageOptions = Awaited<ReturnType<typeof storageOptions>>;

async function startAzurite(
  folder: string,
  options: StorageOptions,
): Promise<{ group: PartGroup; table: TableClient }> {
  const group = await createPartGroup({
    folder,
    clockOrder: [],
    stopOrder: [{ names: ['storage'], withinMs: 2_000 }],
    report: (line) => {
      throw new Error(line);
    },
  });
  onTestFinished(() => group.stop());
  const { STORAGE = '' } = await group.start({ name: 'storage', file, options });
  return { group, table: clientFor(STORAGE) };
}

function clientFor(connection: string): TableClient {
  return TableClient.fromConnectionString(connection, 'orders', {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
}

async function rowKeys(table: TableClient): Promise<string[]> {
  const keys: string[] = [];
  for await (const { rowKey } of table.listEntities()) keys.push(rowKey ?? '');
  return keys;
}

/** Inserts from eight writers at once until storage goes away; gives the keys whose insert was acknowledged. */
async function writeUntilAway(table: TableClient, onAcknowledged: (count: number) => void): Promise<Set<string>> {
  const acknowledged = new Set<string>();
  const writer = async (id: number) => {
    for (let n = 0; ; n++) {
      const rowKey = `${String(id)}-${String(n)}`;
      try {
        await table.createEntity({ partitionKey: 'p', rowKey });
      } catch {
        return;
      }
      acknowledged.add(rowKey);
      onAcknowledged(acknowledged.size);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, id) => writer(id)));
  return acknowledged;
}

test('every insert acknowledged before or during SIGTERM is there after a start', async () => {
  const { group, table } = await startAzurite(...(await folderAndOptions()));
  await table.createTable();
  const storage = group.part('storage');
  const acknowledged = await writeUntilAway(table, (count) => {
    if (count === 200) storage.kill('SIGTERM');
  });
  expect(await storage.exited).toEqual({ code: 0, signal: null });
  expect(acknowledged.size).toBeGreaterThanOrEqual(200);

  await storage.start();
  const kept = new Set(await rowKeys(table));
  expect([...acknowledged].filter((key) => !kept.has(key))).toEqual([]);
});

test('an insert whose body is under way at SIGTERM is not acknowledged', async () => {
  const { group, table } = await startAzurite(...(await folderAndOptions()));
  await table.createTable();
  const sas = generateAccountSas(new AzureNamedKeyCredential('devstoreaccount1', accountKey), {
    permissions: { add: true },
  });
  const insert = request(`${table.url}/orders?${sas}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json;odata=nometadata' },
  });
  const answer = once(insert, 'response').catch((error: unknown) => error);
  insert.write('{"PartitionKey":"p",');
  await table.createEntity({ partitionKey: 'p', rowKey: 'before' });
  group.part('storage').kill('SIGTERM');
  await vi.waitFor(() => expect(rowKeys(table)).rejects.toThrow());
  insert.end('"RowKey":"after"}');
  expect(await answer).toMatchObject({ code: 'ECONNRESET' });
  await group.part('storage').exited;

  await group.part('storage').start();
  expect(await rowKeys(table)).toEqual(['before']);
});

test('when the world is killed, storage saves what it acknowledged and ends', async () => {
  const [folder, options] = await folderAndOptions();
  const fixture = fileURLToPath(import.meta.resolve('./fixtures/one-part-world.ts'));
  const world = spawn(process.execPath, [fixture, folder, file, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void world.kill('SIGKILL'));
  const [line] = (await once(createInterface(world.stdout), 'line')) as [string];
  const storagePid = Number(line);
  const connection = `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${accountKey};TableEndpoint=http://127.0.0.1:${String(options.tablePort)}/devstoreaccount1;`;
  const table = clientFor(connection);
  await table.createTable();
  await table.createEntity({ partitionKey: 'p', rowKey: 'kept' });
  world.kill('SIGKILL');
  await vi.waitFor(() => {
    expect(isRunning(storagePid)).toBe(false);
  }, 4_000);

  const { table: again } = await startAzurite(folder, options);
  expect(await rowKeys(again)).toEqual(['kept']);
});

test('storage whose port is taken does not start and says so', async () => {
  const [folder, options] = await folderAndOptions();
  await startAzurite(folder, options);
  const second = startAzurite(join(folder, 'second'), { ...options, location: join(folder, 'second') });
  await expect(second).rejects.toThrow(/storage did not start: ended before it was up[^]*EADDRINUSE/);
});

async function folderAndOptions(): Promise<[string, StorageOptions]> {
  const folder = await temporaryFolder();
  return [folder, await storageOptions(folder)];
}
