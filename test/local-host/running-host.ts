import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { createCore } from '../../local/host/core-api.ts';
import type { UserLine } from '../../local/host/host-log.ts';
import type { Bus } from '../../local/host/service-bus-receiver.ts';
import { startHost } from '../../local/host/start.ts';
import type { World } from '../../local/part.ts';
import { createWorldClock, type MovableClock } from '../../local/world-clock.ts';

type Options = {
  port?: number;
  hostJson?: Record<string, unknown>;
  settings?: Record<string, string>;
  clock?: MovableClock;
  bus?: Bus;
};

export async function aRoot(files: Record<string, string> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'local-host-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  return root;
}

export const hostJsonText = (extra: Record<string, unknown> = {}) =>
  JSON.stringify({ version: '2.0', extensions: { http: { routePrefix: '' } }, ...extra });

const aWorld = (clock: MovableClock): World => ({
  clock,
  advance: (seconds) => clock.setOffset(clock.offsetMs() + seconds * 1000),
  timers: () => undefined,
});

/** A host in this process around the functions that `register` registers; it ends with the test. */
export async function aHost(register: () => void, { port = 0, hostJson, settings = {}, clock, bus }: Options = {}) {
  const core = createCore();
  await core.load(register);
  const warnings: string[] = [];
  const lines: UserLine[] = [];
  const movable = clock ?? createWorldClock();
  const host = await startHost(
    {
      port,
      root: await aRoot({ 'host.json': hostJsonText(hostJson) }),
      settings,
      core,
      log: { user: (line) => lines.push(line), warn: (message) => warnings.push(message) },
      ...(bus ? { bus } : {}),
    },
    aWorld(movable),
  );
  onTestFinished(() => host.stop());
  return { ...host, warnings, lines, clock: movable };
}
