import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TableServiceClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureRequest, billingRequest, sharePointRequest } from '../../local/demo/requests.ts';
import { until, type DeskAnswer } from '../../local/call-desk.ts';
import { tableNames } from '../../shared/platform/resources.ts';
import { aWorld, customerOf, end, type SystemWorld } from './a-world.ts';

const caseNumber = '2611020030000042';

describe('a desk whose tables are lost, and restored from a backup', () => {
  let w: SystemWorld;
  let folder: string;
  /** As the desk answered for each request before the export. */
  const before = new Map<string, Record<string, unknown>>();
  const ids = { azure: '', assisted: '', late: '' };
  let dueBefore: string[];
  let restoredSaid: string;

  beforeAll(async () => {
    w = await aWorld();
    folder = join(w.folder, 'backup');
    await workBeforeTheExport();
    await command('backup', '--to', folder);
    await workAfterTheExport();
    await loseTheTables();
    restoredSaid = await command('restore', '--from', folder);
    await w.world.part('host').start();
  }, 240_000);

  afterAll(() => w.stop());

  /** Runs a command as an operator does, and gives what it printed. */
  async function command(name: 'backup' | 'restore', ...more: string[]): Promise<string> {
    const child = spawn(process.execPath, [`scripts/${name}.ts`, '--storage', w.stack.storage, ...more]);
    const said = { out: '', err: '' };
    child.stdout.on('data', (data: Buffer) => (said.out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (said.err += data.toString()));
    const [code] = (await once(child, 'close')) as [number];
    if (code !== 0) throw new Error(`${name} ended with ${String(code)}: ${said.err}`);
    return said.out;
  }

  const submit = async (key: string, body: unknown): Promise<DeskAnswer> =>
    w.call('/api/requests', { token: w.portals[0]!.token, headers: { 'idempotency-key': key }, body });
  const read = async (path: string) => (await w.call(path, { token: w.tokens.reader })).json;
  const operate = async (path: string, body: unknown = {}) => w.call(path, { token: w.tokens.operator, body });
  const escalation = async (requestId: string) => read(`/api/escalations/${requestId}-1`);
  const escalate = async (requestId: string): Promise<void> => {
    expect(await operate(`/api/requests/${requestId}/escalation`)).toMatchObject({ status: 202 });
  };
  /** Moves the world's clock minute by minute until it has come true. */
  const inTime = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> =>
    until(
      what,
      async () => {
        const found = await ask();
        if (found === undefined) await w.advance(60);
        return found;
      },
      60_000,
    );

  /** When the desk has to have answered for the first time, of each request. */
  async function dueTimes(): Promise<string[]> {
    const due = [...before.keys()].map(async (id) => {
      const { items } = (await read(`/api/requests/${id}/clocks`)) as { items: { clock: string; dueAt: string }[] };
      return `${id} ${items.find(({ clock }) => clock === 'first-response')?.dueAt ?? 'never'}`;
    });
    return Promise.all(due);
  }

  async function workBeforeTheExport(): Promise<void> {
    const portal = w.portals[0]!;
    const [withAzure, without] = [customerOf(portal, { azure: true }), customerOf(portal, { azure: false })];
    const bodies = [
      azureRequest(withAzure),
      sharePointRequest(without),
      ...Array.from({ length: 6 }, () => billingRequest(without)),
    ];
    const taken: string[] = [];
    for (const [n, body] of bodies.entries()) taken.push(String((await submit(`before-${String(n)}`, body)).json.id));
    [ids.azure = '', ids.assisted = ''] = taken;
    await escalate(ids.assisted);
    await operate(`/api/escalations/${ids.assisted}-1/claim`);
    // What passes: the case is about to be filed while the export runs.
    await w.control({ fault: { match: 'arm.services.get', status: 503, times: 3 } });
    await escalate(ids.azure);
    for (const id of taken) before.set(id, await read(`/api/requests/${id}`));
    dueBefore = await dueTimes();
  }

  async function workAfterTheExport(): Promise<void> {
    expect(await operate(`/api/escalations/${ids.assisted}-1/filing`, { caseNumber })).toMatchObject({ status: 200 });
    const isFiled = async () => ((await escalation(ids.azure)).caseNumber === undefined ? undefined : true);
    await inTime('the Azure case is filed', isFiled);
    ids.late = String((await submit('after', billingRequest(customerOf(w.portals[0]!, { azure: false })))).json.id);
  }

  async function loseTheTables(): Promise<void> {
    await end(w.world, 'host', 'SIGTERM');
    const service = TableServiceClient.fromConnectionString(w.stack.storage, { allowInsecureConnection: true });
    for (const name of tableNames) await service.deleteTable(name);
  }

  const puts = async () => (await w.tickets()).map(({ name, puts: count }) => `${name} ${String(count)}`).sort();

  it('says what is lost and what is held, and keeps the export for its owner', async () => {
    expect(restoredSaid).toMatch(/LOST is what was accepted[^]*HELD is filing[^]*secrets/);
    expect((await stat(join(folder, 'requests-00.ndjson.gz'))).mode & 0o777).toBe(0o600);
    const { parts } = (await read('/api/readyz')) as { parts: { name: string; detail: unknown }[] };
    expect(parts).toContainEqual(expect.objectContaining({ name: 'filing', detail: { held: anyObject } }));
    expect(await read('/api/operations/restore')).toMatchObject({ state: 'held' });
  });

  it('has lost 0 of the requests that were accepted before the export, and shows them on their lists', async () => {
    const lost: string[] = [];
    for (const [id, was] of before) {
      const is = await read(`/api/requests/${id}`);
      if (is.id !== was.id || is.title !== was.title || is.createdAt !== was.createdAt) lost.push(id);
    }
    expect(lost).toEqual([]);
    const { items } = (await read('/api/requests?limit=100')) as { items: { id: string }[] };
    expect(items.map(({ id }) => id).sort()).toEqual([...before.keys()].sort());
  });

  it('takes a lost request in again under the same id', async () => {
    expect(await w.call(`/api/requests/${ids.late}`, { token: w.tokens.reader })).toMatchObject({ status: 404 });
    const again = await submit('after', billingRequest(customerOf(w.portals[0]!, { azure: false })));
    expect(again).toMatchObject({ status: 201, json: { id: ids.late } });
  });

  it('has its clocks go on', async () => {
    expect(await dueTimes()).toEqual(dueBefore);
    const asked = async () => {
      const { clocks: now = [] } = (await escalation(ids.assisted)) as { clocks?: { clock: string }[] };
      return now.some(({ clock }) => clock === 'filing-answer') ? true : undefined;
    };
    await inTime('the claimant is asked', asked);
  });

  it('files 0 cases again: what Microsoft has is found, what people filed is told', async () => {
    const found = await inTime('the Azure case is found', async () => {
      const { caseNumber: number } = await escalation(ids.azure);
      return number as string | undefined;
    });
    expect((await w.tickets()).map(({ number }) => number)).toEqual([found]);
    expect(await puts()).toEqual([`desk-${ids.azure}-1 1`]);
    const told = await operate(`/api/escalations/${ids.assisted}-1/filing`, { caseNumber });
    expect(told).toMatchObject({ status: 200, json: { caseNumber } });
    const { inDoubt } = (await read('/api/operations/restore')) as { inDoubt: unknown[] };
    expect(inDoubt).toEqual([]);
  });

  it('files nothing until it is released, and each case once afterwards', async () => {
    const portal = w.portals[0]!;
    const taken = await submit('held', azureRequest(customerOf(portal, { azure: true })));
    const id = String(taken.json.id);
    await escalate(id);
    await w.advance(41 * 60);
    expect(await puts()).toHaveLength(1);
    const released = await w.call('/api/operations/restore/release', {
      token: w.tokens.admin,
      body: { reason: 'Every case was looked for.' },
    });
    expect(released).toMatchObject({ status: 200, json: { state: 'released' } });
    await inTime('the case is filed', async () => (await escalation(id)).caseNumber);
    expect(await puts()).toEqual([`desk-${id}-1 1`, `desk-${ids.azure}-1 1`].sort());
  });
});

const anyObject: unknown = expect.any(Object);
