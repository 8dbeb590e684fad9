import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import { expect, test, vi } from 'vitest';

import { aPartProcess } from './host-process.ts';
import { aRoot, hostJsonText } from './running-host.ts';

const app = `
  import { app } from '@azure/functions';
  import { hostVersion } from '@azure/functions-core';
  let ticks = [];
  const later = await import('./later.js');
  app.get('now', { handler: () => ({ jsonBody: {
    now: Date.now(), made: new Date().getTime(), text: Date.parse(Date()),
    fixed: new Date(7).getTime(), isDate: new Date(7) instanceof Date, sameMaker: new Date().constructor === Date,
    setting: process.env.DESK_SETTING, later: later.text, hostVersion,
  } }) });
  app.get('ticks', { handler: () => ({ jsonBody: ticks }) });
  app.timer('tick', { schedule: '%TICK%', handler: (timer, context) => { ticks.push(timer.isPastDue); context.log('ticked'); } });
`;

/** A deploy root with a bundle made as the desk's is. */
async function aBundle(entry: string): Promise<string> {
  const root = await aRoot({
    'host.json': hostJsonText(),
    'package.json': JSON.stringify({ type: 'module', main: 'dist/index.js' }),
    'index.js': entry,
    'later.js': `export const text = 'from a chunk';`,
  });
  await build({
    entryPoints: [`${root}/index.js`],
    outdir: `${root}/dist`,
    bundle: true,
    format: 'esm',
    splitting: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    external: ['@azure/functions-core'],
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
    nodePaths: [fileURLToPath(new URL('../../node_modules', import.meta.url))],
    logLevel: 'silent',
  });
  return root;
}

const hour = 3_600_000;

test('runs the deployed bundle in a process of its own, with its settings, on the world clock', async () => {
  const root = await aBundle(app);
  const settings = { DESK_SETTING: 'here', TICK: '0 0 * * * *' };
  const host = await aPartProcess('host', { port: 0, root, settings });
  const get = async (path: string) =>
    (await (await fetch(`${String(host.settings.DESK_BASE_URL)}/${path}`)).json()) as Record<string, unknown>;

  const before = await get('now');
  expect(before).toMatchObject({
    fixed: 7,
    isDate: true,
    sameMaker: true,
    setting: 'here',
    later: 'from a chunk',
    hostVersion: '4.0.0',
  });
  expect(Number(before.now) - Date.now()).toBeLessThan(60_000);

  await host.moveClock(5 * hour);
  const after = await get('now');
  for (const shifted of [after.now, after.made, after.text]) {
    expect(Number(shifted) - Date.now()).toBeGreaterThan(5 * hour - 60_000);
    expect(Number(shifted) - Date.now()).toBeLessThan(5 * hour + 1_000);
  }
  await vi.waitFor(async () => {
    expect(await get('ticks')).toEqual([true]);
  });

  host.tell({ type: 'timers', set: { tick: false } });
  await host.moveClock(8 * hour);
  expect(await get('ticks')).toEqual([true]);
  host.tell({ type: 'timers', set: { tick: true } });
  await vi.waitFor(async () => {
    expect(await get('ticks')).toEqual([true, true]);
  });

  host.child.kill('SIGTERM');
  expect(await once(host.child, 'exit')).toEqual([0, null]);
  expect(host.stderr()).toBe('');
});

test('writes what functions log to stdout where the setting asks for it', async () => {
  const root = await aBundle(app);
  const settings = { TICK: '0 0 * * * *', DESK_LOCAL_LOG: '1' };
  const host = await aPartProcess('host', { port: 0, root, settings });
  let output = '';
  host.child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const url = `${String(host.settings.DESK_BASE_URL)}/admin/functions/tick`;
  expect((await fetch(url, { method: 'POST', body: '{"input":""}' })).status).toBe(202);
  await vi.waitFor(() => {
    expect(output).toMatch(/^\[information\] tick [0-9a-f-]{36}: ticked\n$/);
  });
});

test.each([
  ['throws', `throw new Error('settings are wrong');`, 'settings are wrong'],
  ['throws after it registered', `${app} throw new Error('too late');`, 'too late'],
  ['registers nothing', `export {};`, 'No functions were found'],
])('stays up without functions when the entry file %s', async (_title, entry, message) => {
  const root = await aBundle(entry);
  const host = await aPartProcess('host', { port: 0, root, settings: {} });
  const baseUrl = String(host.settings.DESK_BASE_URL);
  expect((await fetch(`${baseUrl}/now`)).status).toBe(404);
  expect(await (await fetch(`${baseUrl}/admin/host/status`)).json()).toEqual({ state: 'Running' });
  await vi.waitFor(() => {
    expect(host.stderr()).toContain(message);
  });
});

test('does not start on a wrong host.json, and names what is wrong', async () => {
  const wrong = { version: '2.0', functionTimeout: 'soon', extensions: { serviceBus: { maxConcurentCalls: 4 } } };
  const root = await aRoot({ 'host.json': JSON.stringify(wrong) });
  const starting = aPartProcess('host', { port: 0, root, settings: {} });
  const message = await starting.catch((error: unknown) => String(error));
  for (const part of ['host.json is wrong', 'maxConcurentCalls', 'functionTimeout']) expect(message).toContain(part);
});
