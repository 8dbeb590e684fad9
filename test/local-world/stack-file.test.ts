import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertNotRunning, removeStack, runningStack, writeStack, type Stack } from '../../local/stack-file.ts';
import { freePort, temporaryFolder } from './world-folder.ts';

async function listening(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function aStack({ port, pid }: { port: number; pid: number }): Stack {
  const url = `http://127.0.0.1:${String(port)}`;
  return {
    baseUrl: url,
    portals: [{ id: 'north', inboundSecret: 'whsec_a', outboundSecret: 'whsec_b', customers: [] }],
    microsoft: { baseUrl: url, controlUrl: `${url}/_control` },
    storage: 'UseDevelopmentStorage=true',
    serviceBus: 'Endpoint=sb://localhost',
    inbox: url,
    pid,
  };
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--eval', '']);
  await once(child, 'exit');
  return child.pid!;
}

test('a running world is found by its file, and a second start is refused', async () => {
  const folder = await temporaryFolder();
  const stack = aStack({ port: await listening(), pid: process.pid });
  await writeStack(folder, stack);
  expect(await runningStack(folder)).toEqual(stack);
  await expect(assertNotRunning(folder)).rejects.toThrow(
    `already running: process ${String(process.pid)}, ${stack.baseUrl}`,
  );
  expect((await stat(join(folder, 'stack.json'))).mode & 0o077).toBe(0);
});

test.each([
  ['a process that is dead', async () => aStack({ port: await listening(), pid: await deadPid() })],
  ['a process id that another process has now', async () => aStack({ port: await freePort(), pid: process.pid })],
])('the file of %s is removed', async (_, left) => {
  const folder = await temporaryFolder();
  await writeStack(folder, await left());
  await expect(assertNotRunning(folder)).resolves.toBeUndefined();
  await expect(readFile(join(folder, 'stack.json'))).rejects.toThrow('ENOENT');
});

test.each(['', '{"pid":1}', '{"baseUrl'])('a file with %j in it is no running world', async (text) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'stack.json'), text);
  expect(await runningStack(folder)).toBeUndefined();
});

test('a world removes its own file only', async () => {
  const folder = await temporaryFolder();
  const stack = aStack({ port: await listening(), pid: process.pid });
  await writeStack(folder, stack);
  await removeStack(folder, await deadPid());
  expect(await runningStack(folder)).toEqual(stack);
  await removeStack(folder, process.pid);
  expect(await runningStack(folder)).toBeUndefined();
});
