import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createPartGroup, type PartGroup } from '../../local/part-group.ts';
import { freePort, isRunning, temporaryFolder } from './world-folder.ts';

const tiny = fileURLToPath(import.meta.resolve('./fixtures/tiny-part.ts'));

type TinyState = { offsetMs: number; jumps: number; timers: Record<string, boolean> };

type Setup = Partial<Parameters<typeof createPartGroup>[0]>;

async function groupOn(folder: string, setup: Setup = {}): Promise<{ group: PartGroup; reports: string[] }> {
  const reports: string[] = [];
  const group = await createPartGroup({
    folder,
    clockOrder: ['first', 'second'],
    stopOrder: [{ names: ['first', 'second'], withinMs: 2_000 }],
    report: (line) => reports.push(line),
    ...setup,
  });
  onTestFinished(() => group.stop());
  return { group, reports };
}

async function startTiny(group: PartGroup, name: string): Promise<string> {
  const port = await freePort();
  await group.start({ name, file: tiny, options: { port } });
  return `http://127.0.0.1:${String(port)}`;
}

const ask = async (url: string) => (await fetch(url, { method: 'POST' })).json() as Promise<TinyState>;

test('a part gives its settings when it is up and writes into its own log', async () => {
  const folder = await temporaryFolder();
  const { group } = await groupOn(folder);
  const settings = await group.start({ name: 'first', file: tiny, options: {} });
  expect(settings).toEqual({ TINY: String(group.part('first').pid) });
  expect(readFileSync(join(folder, 'log', 'first.log'), 'utf8')).toBe('tiny part starts\n');
});

test('a part that fails to start says why, with the end of its log, and is gone', async () => {
  const { group } = await groupOn(await temporaryFolder());
  const start = group.start({ name: 'first', file: tiny, options: { failure: 'no such vault' } });
  await expect(start).rejects.toThrow('first did not start: no such vault\ntiny part starts');
  expect(group.part('first').pid).toBeUndefined();
});

test('a part that ends before it is up is told apart from one that failed', async () => {
  const { group } = await groupOn(await temporaryFolder());
  const start = group.start({ name: 'first', file: tiny, options: { exitCode: 3 } });
  await expect(start).rejects.toThrow('first did not start: ended before it was up (exit code 3)\ntiny part starts');
});

test('an advance that one part asks for reaches all before it is answered', async () => {
  const { group } = await groupOn(await temporaryFolder());
  const first = await startTiny(group, 'first');
  const second = await startTiny(group, 'second');
  expect(await ask(`${first}/advance/90`)).toMatchObject({ offsetMs: 90_000, jumps: 1 });
  expect(await ask(second)).toMatchObject({ offsetMs: 90_000, jumps: 1 });
  await Promise.all([group.advance(5), ask(`${second}/advance/5`)]);
  expect(await ask(first)).toMatchObject({ offsetMs: 100_000, jumps: 3 });
});

test('the clock refuses to go back', async () => {
  const { group } = await groupOn(await temporaryFolder());
  await expect(group.advance(-1)).rejects.toThrow(RangeError);
});

test('a part that is killed comes back on its port, at the world’s time, with the timers as they were set', async () => {
  const { group, reports } = await groupOn(await temporaryFolder());
  const first = await startTiny(group, 'first');
  const second = await startTiny(group, 'second');
  await ask(`${second}/timers/sweep`);
  group.part('first').kill('SIGKILL');
  expect(await group.part('first').exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(group.part('first').pid).toBeUndefined();
  await group.advance(60);
  expect(await ask(second)).toMatchObject({ offsetMs: 60_000 });

  await Promise.all([group.part('first').start(), group.part('first').start()]);
  expect(await ask(first)).toEqual({ offsetMs: 60_000, jumps: 0, timers: { sweep: false } });
  expect(reports).toEqual([]);
});

test('a world on the same folder goes on from the time of the one before', async () => {
  const folder = await temporaryFolder();
  const { group: before } = await groupOn(folder);
  await before.advance(3_600);
  const { group: after } = await groupOn(folder);
  expect(await ask(await startTiny(after, 'first'))).toMatchObject({ offsetMs: 3_600_000 });
});

test('a supervised part that ends by itself is started again, and the terminal is told', async () => {
  const { group, reports } = await groupOn(await temporaryFolder(), { restart: { firstMs: 10, longestMs: 20 } });
  const first = await startTiny(group, 'first');
  const { pid } = group.part('first');
  await expect(fetch(`${first}/crash`)).rejects.toThrow();
  await vi.waitFor(() => {
    expect(reports).toContain('first is up again');
  }, 5_000);
  expect(group.part('first').pid).not.toBe(pid);
  expect(await ask(first)).toMatchObject({ offsetMs: 0 });
  expect(reports).toEqual([
    'first ended unexpectedly (exit code 7)\ntiny part starts',
    'first is started again in 0 s',
    'first is up again',
  ]);
});

test('stopping kills what does not end in its time, says so, and starts nothing again', async () => {
  const { group, reports } = await groupOn(await temporaryFolder(), {
    stopOrder: [{ names: ['first', 'second'], withinMs: 300 }],
    restart: { firstMs: 0, longestMs: 0 },
  });
  await group.start({ name: 'first', file: tiny, options: { stubborn: true } });
  await startTiny(group, 'second');
  const pids = [group.part('first').pid, group.part('second').pid];
  await group.stop();
  expect(pids.map((pid) => isRunning(pid ?? 0))).toEqual([false, false]);
  expect(reports).toEqual(['first did not end within 0.3 s and is killed']);
  await expect(group.part('second').start()).rejects.toThrow('the world is ending');
});

test('stopping while a part starts ends that part', async () => {
  const folder = await temporaryFolder();
  const { group } = await groupOn(folder);
  const start = group.start({ name: 'first', file: tiny, options: {} });
  // Looked for without a pause: a part can be up within the usual one.
  await vi.waitFor(
    () => {
      expect(group.part('first').pid).toBeDefined();
    },
    { interval: 1 },
  );
  const { pid } = group.part('first');
  await Promise.all([expect(start).rejects.toThrow('first did not start: ended before it was up'), group.stop()]);
  expect(isRunning(pid ?? 0)).toBe(false);
});

test('a clock file that is no clock is taken as no offset', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'clock.json'), '{"offsetMs":"yesterday"}');
  const { group } = await groupOn(folder);
  expect(await ask(await startTiny(group, 'first'))).toMatchObject({ offsetMs: 0 });
  expect(existsSync(join(folder, 'clock.json'))).toBe(true);
});
