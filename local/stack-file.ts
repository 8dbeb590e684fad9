import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { readJson, writeJson } from './json-file.ts';

const stackSchema = z.strictObject({
  baseUrl: z.url(),
  /** Bearer tokens by role; left out when callers' tokens come from another authority. */
  tokens: z.record(z.string(), z.string()).optional(),
  portals: z.array(
    z.strictObject({
      id: z.string(),
      token: z.string().optional(),
      inboundSecret: z.string(),
      outboundSecret: z.string(),
      customers: z.array(
        z.strictObject({
          customerId: z.string(),
          tenantId: z.string(),
          domain: z.string(),
          name: z.string(),
          azureSubscriptionId: z.string().optional(),
        }),
      ),
    }),
  ),
  microsoft: z.strictObject({ baseUrl: z.url(), controlUrl: z.url() }),
  storage: z.string(),
  serviceBus: z.string(),
  inbox: z.url(),
  /** Process id of the orchestrator. */
  pid: z.int().positive(),
});

/** What a running local world tells about itself in `stack.json`. */
export type Stack = z.infer<typeof stackSchema>;

export async function writeStack(folder: string, stack: Stack): Promise<void> {
  await writeJson(stackPath(folder), stack);
}

/** Removes the file if it is that process's own. */
export async function removeStack(folder: string, pid: number): Promise<void> {
  const stack = await readStack(folder);
  if (stack?.pid === pid) await rm(stackPath(folder), { force: true });
}

/** The world that runs on this folder; a file left by a dead one is removed. */
export async function runningStack(folder: string): Promise<Stack | undefined> {
  const stack = await readStack(folder);
  if (stack && isAlive(stack.pid) && (await anyAnswers([stack.baseUrl, stack.microsoft.baseUrl, stack.inbox]))) {
    return stack;
  }
  await rm(stackPath(folder), { force: true });
  return undefined;
}

/** Throws when a world already runs on this folder. */
export async function assertNotRunning(folder: string): Promise<void> {
  const stack = await runningStack(folder);
  if (stack) throw new Error(`The local world is already running: process ${String(stack.pid)}, ${stack.baseUrl}`);
}

const stackPath = (folder: string) => join(folder, 'stack.json');

async function readStack(folder: string): Promise<Stack | undefined> {
  return stackSchema.safeParse(await readJson(stackPath(folder))).data;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// A process id alone proves little: after a reboot, or in a fresh container, another process may have it.
async function anyAnswers(urls: string[]): Promise<boolean> {
  const answers = await Promise.all(urls.map(accepts));
  return answers.some(Boolean);
}

async function accepts(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
