import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callDesk, until } from '../../local/call-desk.ts';
import { assertPortsFree, freePortBase, portsFrom } from '../../local/ports.ts';
import type { Stack } from '../../local/stack-file.ts';
import { isRunning } from '../local-world/world-folder.ts';
import { aCheckout, type Running } from './a-checkout.ts';

describe('start', () => {
  let checkout: Awaited<ReturnType<typeof aCheckout>>;
  let portBase: number;
  let started: Running | undefined;

  beforeAll(async () => {
    checkout = await aCheckout();
    // Where no other world looks: between two starts its ports are free, and nobody may take them.
    portBase = await freePortBase(15_000, 19_900);
  });

  afterAll(async () => {
    started?.child.kill('SIGTERM');
    await started?.exited;
    await checkout.remove();
  });

  const stackPath = () => join(checkout.folder, '.local', 'stack.json');
  const readStack = async () => JSON.parse(await readFile(stackPath(), 'utf8')) as Stack;

  const start = (env: NodeJS.ProcessEnv = {}): Running =>
    checkout.node('local/start.ts', [], { PORT_BASE: String(portBase), ...env });

  /** Starts the world, and waits until it says that it is up. */
  async function startUp(env?: NodeJS.ProcessEnv): Promise<Running> {
    started = start(env);
    const { output, exited } = started;
    const ended = exited.then((how) => {
      throw new Error(`ended with ${String(how)}: ${output()}`);
    });
    ended.catch(() => undefined);
    const up = until('the world is up', async () => (output().includes('Ctrl-C ends it.') ? true : undefined), 90_000);
    await Promise.race([up, ended]);
    return started;
  }

  /** Sends a signal to the orchestrator or its group; gives how it ended, after what time, and who of its parts was left. */
  async function endBy(signal: NodeJS.Signals, { child, exited }: Running, to: 'process' | 'group' = 'process') {
    const pid = child.pid!;
    const parts = await partsOf(pid);
    const from = performance.now();
    process.kill(to === 'group' ? -pid : pid, signal);
    const how = await exited;
    return { how, tookMs: performance.now() - from, parts: parts.length, left: parts.filter(isRunning) };
  }

  it('writes where everything is, in the form that portals and operators rely on', async () => {
    const { child } = await startUp();
    const stack = await readStack();
    expect(stack).toEqual({
      baseUrl: url(portBase),
      tokens: { reader: aToken, operator: aToken, admin: aToken, expired: aToken },
      portals: [aPortal, aPortal],
      microsoft: { baseUrl: url(portBase + 9), controlUrl: `${url(portBase + 9)}/_control` },
      storage: expect.stringContaining('AccountKey=') as unknown,
      serviceBus: expect.stringMatching(
        new RegExp(`^Endpoint=sb://localhost:${String(portBase + 1)};.*UseDevelopmentEmulator=true;`),
      ) as unknown,
      inbox: url(portBase + 19),
      pid: child.pid,
    });
    expect((await stat(stackPath())).mode & 0o077).toBe(0);
    const customers = stack.portals.flatMap((portal) => portal.customers);
    expect(new Set(customers.map(({ customerId }) => customerId)).size).toBe(customers.length);
    expect(customers.length).toBeGreaterThanOrEqual(20);
    for (const portal of stack.portals) {
      expect(portal.customers.filter((customer) => customer.azureSubscriptionId !== undefined).length).toBe(1);
    }
    const asCaller = async (token = '') => (await callDesk(stack.baseUrl, '/api/customers', { token })).status;
    expect(await Promise.all(Object.values(stack.tokens ?? {}).map(asCaller))).toEqual([200, 200, 200, 401]);
  });

  it('prints calls that work when they are pasted', async () => {
    const printed = started!.output();
    const calls = printed.slice(printed.indexOf('# Who calls'), printed.indexOf('Up after'));
    const pasted = checkout.bash(calls);
    expect({ exit: await pasted.exited, output: pasted.output() }).toMatchObject({ exit: 0 });
    expect(pasted.output()).toMatch(/"triage":.*"coverage":.*"webhook-id"/s);
  });

  it('says that a world is running, and starts no second one', async () => {
    const second = start();
    const { pid, baseUrl } = await readStack();
    expect([await second.exited, second.output()]).toEqual([
      1,
      `The local world is already running: process ${String(pid)}, ${baseUrl}\n`,
    ]);
    expect((await callDesk(baseUrl, '/api/readyz')).status).toBe(200);
  });

  it('ends every process within 5 s of Ctrl-C, and takes its file away', async () => {
    const { tookMs, ...ended } = await endBy('SIGINT', started!, 'group');
    expect(ended).toEqual({ how: 0, parts: 5, left: [] });
    expect(tookMs).toBeLessThan(5_000);
    await assertPortsFree(portsFrom(portBase), 0);
    await expect(readStack()).rejects.toThrow('ENOENT');
  });

  it('says which settings are wrong, and why', async () => {
    const { output, exited } = start({ MICROSOFT_CLOUD: 'germany' });
    expect(await exited).toBe(1);
    expect(output()).toContain('The settings are wrong: MICROSOFT_CLOUD: Microsoft Cloud Germany closed in 2021');
  });

  it('starts on the data of the day before with a fresh poll, and with the settings of its environment', async () => {
    const clock = { offsetMs: 24 * 60 * 60_000 };
    await writeFile(join(checkout.folder, '.local', 'clock.json'), JSON.stringify(clock));
    await startUp({ HEALTH_POLL_MINUTES: '45' });
    const [portal] = (await readStack()).portals;
    const { json } = await callDesk(url(portBase), `/api/customers/${portal!.customers[0]!.customerId}/health`, {
      token: portal!.token ?? '',
    });
    const { lastGoodAt, nextDueAt } = json.coverage as Record<string, string>;
    expect(Date.parse(nextDueAt!) - Date.parse(lastGoodAt!)).toBe(45 * 60_000);
    expect((json.services as { status: string }[]).map(({ status }) => status)).not.toContain('unknown');
  });

  it('starts again after it was killed', async () => {
    const killed = started!;
    expect((await endBy('SIGKILL', killed)).how).toBe('SIGKILL');
    expect((await readStack()).pid).toBe(killed.child.pid);
    const { child } = await startUp();
    expect((await readStack()).pid).toBe(child.pid);
    const { tookMs, ...ended } = await endBy('SIGTERM', started!);
    expect(ended).toEqual({ how: 0, parts: 5, left: [] });
    expect(tookMs).toBeLessThan(5_000);
  });
});

/** Ids of the processes that a process has started. */
async function partsOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'ppid=,pid=']);
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return rows.flatMap(([parent, child]) => (parent === pid && child !== undefined ? [child] : []));
}

const url = (port: number) => `http://127.0.0.1:${String(port)}`;
const aToken: unknown = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);
const aSecret: unknown = expect.stringMatching(/^whsec_/);
const aPortal = {
  id: expect.any(String) as unknown,
  token: aToken,
  inboundSecret: aSecret,
  outboundSecret: aSecret,
  customers: expect.any(Array) as unknown,
};
