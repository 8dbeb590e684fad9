import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { cp, mkdtemp, rm, stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildDeployRoot, sizeOf } from '../../scripts/build.ts';
import { aPartProcess } from '../local-host/host-process.ts';
import { aDesk, settingsOf } from '../support/a-desk.ts';

// Built in one place and run from a copy in another, as on the platform: without the project, and without its packages.
const folder = await mkdtemp(join(tmpdir(), 'desk-entry-'));
const root = join(folder, 'copy');
let metafile: Metafile;
beforeAll(async () => {
  metafile = await buildDeployRoot(join(folder, 'built'));
  await cp(join(folder, 'built'), root, { recursive: true });
  await rm(join(folder, 'built'), { recursive: true });
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Loaded = { functions: Record<string, string>[]; warnings: string[]; resources: string[] };

/**
 * Runs in a process of its own, where `@azure/functions` meets the platform's side of itself; says what was registered and what
 * is still open. The process must end by itself.
 */
async function inOwnProcess(load: string, env: Record<string, string> = {}): Promise<Loaded> {
  const script = `
    import { createCore } from './local/host/core-api.ts';
    import { loadApp } from './local/host/load-app.ts';
    const core = createCore();
    const warnings = [];
    ${load}
    // Files that were read and the way to the parent may still be open: neither is the desk.
    const functions = [...core.functions.values()].map(({ name, trigger }) => ({ ...trigger.binding, name }));
    const resources = process.getActiveResourcesInfo().filter((kind) => !/^(Pipe|TTY|FS|CloseReq)/.test(kind));
    console.log(JSON.stringify({ functions, warnings, resources }));
  `;
  const { PATH } = process.env;
  const node = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...(PATH !== undefined && { PATH }), ...env },
    timeout: 20_000,
  });
  const { stdout, stderr } = await node;
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Loaded;
}

const loadBundle = `await loadApp(core, { root: ${JSON.stringify(root)}, log: { warn: (text) => warnings.push(text) } });`;

describe('the deployed bundle', () => {
  it('registers exactly the catalogue, and opens nothing before it is called', async () => {
    const { catalogue } = await aDesk();
    const { functions, warnings, resources } = await inOwnProcess(loadBundle, settingsOf());
    const known = functions.map(({ name, type, route, methods, queueName, schedule }) => {
      return { name, type, what: route === undefined ? (queueName ?? schedule) : `${String(methods)} ${route}` };
    });
    const expected = [
      ...catalogue.routes.map(({ name, method, path }) => ({ name, type: 'httpTrigger', what: `${method} ${path}` })),
      ...catalogue.queues.map(({ name, queue }) => ({ name, type: 'serviceBusTrigger', what: queue })),
      ...catalogue.timers.map(({ name, scheduleSetting }) => {
        return { name, type: 'timerTrigger', what: `%${scheduleSetting}%` };
      }),
    ];
    const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }) =>
      String(a.name) < String(b.name) ? -1 : 1;
    expect(known.sort(byName)).toEqual(expected.sort(byName));
    expect({ warnings, resources }).toEqual({ warnings: [], resources: [] });
    expect(functions.filter(({ type }) => type === 'serviceBusTrigger').map(({ connection }) => connection)).toEqual(
      catalogue.queues.map(() => 'SERVICE_BUS'),
    );
  });

  it('runs where no packages are, and asks for nothing but Node and what the platform gives to it', async () => {
    const above: string[] = [];
    for (let at = root; at !== dirname(at); at = dirname(at)) above.push(at);
    expect(above.filter((at) => existsSync(join(at, 'node_modules')))).toEqual([]);
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    const fromOutside = imports.filter(({ external, path }) => external === true && !isBuiltin(path));
    expect(new Set(fromOutside.map(({ path }) => path))).toEqual(new Set(['@azure/functions-core']));
  });

  it('has a size that is told: every file, in folders too', async () => {
    const files = globSync('**/*', { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile());
    const sizes = await Promise.all(
      files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
    );
    const told = await sizeOf(root);
    expect(told).toMatchObject({ files: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) });
    expect(told.compressedBytes).toBeGreaterThan(told.bytes / 20);
    expect(told.compressedBytes).toBeLessThan(told.bytes / 2);
  });

  const secret = 'a-value-that-nobody-may-read';
  it.each([
    ['none at all', {}, ['PARTNER_CONNECTIONS', 'DESK_API_TENANTS', 'KEY_VAULT_URI']],
    [
      'wrong ones',
      settingsOf({
        MICROSOFT_CLOUD: 'germany',
        PARTNER_CONNECTIONS: `[{"id":"${secret}"`,
        DESK_API_TENANTS: secret,
        HEALTH_POLL_MINUTES: secret,
        STORAGE: `AccountKey=${secret}`,
      }),
      ['MICROSOFT_CLOUD', 'PARTNER_CONNECTIONS', 'DESK_API_TENANTS', 'HEALTH_POLL_MINUTES'],
    ],
  ])('with settings that are %s says so by 503, and names them in the log alone', async (_title, settings, wrong) => {
    const { functions } = await inOwnProcess(loadBundle, settings);
    expect(functions.map(({ name }) => name).sort()).toEqual(['livez', 'readyz']);

    const host = await aPartProcess('host', { port: 0, root, settings: { ...settings, DESK_LOCAL_LOG: '1' } });
    let log = '';
    host.child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    for (const path of ['livez', 'readyz']) {
      const answer = await fetch(`${String(host.settings.DESK_BASE_URL)}/api/${path}`);
      const text = await answer.text();
      expect(answer.status).toBe(503);
      expect(text).not.toMatch(new RegExp(['=', secret, ...wrong].join('|')));
    }
    await vi.waitFor(() => {
      for (const name of wrong) expect(log).toContain(name);
    });
    expect(log + host.stderr()).not.toContain(secret);
    expect((await fetch(`${String(host.settings.DESK_BASE_URL)}/api/requests`)).status).toBe(404);
  });
});

describe('importing', () => {
  it('a module of the desk does nothing: no registration, no timer, no socket', async () => {
    const modules = globSync(['functions/*.ts', 'shared/**/*.ts']).filter((file) => file !== 'functions/index.ts');
    expect(modules.length).toBeGreaterThan(100);
    const load = `await core.load(async () => {
      for (const file of ${JSON.stringify(modules)}) await import('./' + file);
    });`;
    expect(await inOwnProcess(load)).toEqual({ functions: [], warnings: [], resources: [] });
  });
});
