import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../shared/core/clock.ts';
import { limits } from '../../shared/core/limits.ts';
import { isAppError, unavailable } from '../../shared/core/errors.ts';
import { delegationPartition } from '../../shared/customers/delegation.ts';
import { directoryPartition } from '../../shared/customers/directory.ts';
import { queryAll } from '../../shared/platform/table.ts';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';
import { aDesk, settingsOf } from '../support/a-desk.ts';
import { aLeaf, anIssuing, aRoot, certificateUrl, pem, signedHeaders } from './a-partner-center.ts';
import { runDirectory } from './passes.ts';
import { aRunningDesk, exchange, pcCalls } from './running-directory.ts';

const tenantId = '11111111-aaaa-4111-8111-111111111111';
const event = (name: string, resourceUri: string | null = null) =>
  JSON.stringify({
    EventName: name,
    ResourceUri: resourceUri,
    ResourceChangeUtcDate: '2026-11-02T08:59:00.1234567+00:00',
  });
const updated = event(
  'subscription-updated',
  `http://api.partnercenter.microsoft.com/webhooks/v1/customers/${tenantId}/subscriptions/s`,
);

/** The desk as it is deployed, with the certificate of a Microsoft whose root its settings name. */
async function aHookedDesk(trouble?: Parameters<typeof aDesk>[0]) {
  const desk = await aDesk({ settings: settingsOf({ PARTNER_CENTER_WEBHOOK_ROOTS: pem(aRoot()) }), ...trouble });
  desk.outside.files.set(certificateUrl, pem(aLeaf(), anIssuing()));
  const post = async (text: string, headers: Record<string, string> = signedHeaders(text)) =>
    desk.call('POST', '/api/hooks/partner-center', { text, headers });
  return { ...desk, post };
}

describe('a webhook of Partner Center at the desk as it is deployed', () => {
  it('is answered when the hint is stored: one point read, one query for each, one hint', async () => {
    const desk = await aHookedDesk();
    const before = desk.cost();
    const { status, json } = await desk.post(updated);
    expect([status, json]).toEqual([200, { received: true }]);
    const { gets, queries, transactions, sends } = desk.cost();
    expect([gets, queries, transactions, sends].map((n, i) => n - Object.values(before)[i]!)).toEqual([1, 2, 1, 0]);
    const hints = await queryAll(desk.tables('customers'), { pk: directoryPartition('contoso-emea') });
    expect(hints.map(({ columns }) => columns.tenantId)).toEqual([tenantId]);
  });

  it('costs nothing the second time', async () => {
    const desk = await aHookedDesk();
    await desk.post(updated);
    const before = desk.cost();
    expect((await desk.post(updated)).status).toBe(200);
    expect(desk.cost()).toEqual(before);
  });

  const refusing = aHookedDesk();
  const good = signedHeaders(updated);
  const changed = (name: string, value: string) => ({ ...good, [name]: value });
  it.each<[string, number, string, Record<string, string>]>([
    ['without a signature', 401, updated, { 'content-type': 'application/json' }],
    [
      'without a certificate',
      400,
      updated,
      Object.fromEntries(Object.entries(good).filter(([name]) => name !== 'x-ms-certificate-url')),
    ],
    [
      'with a certificate at another host',
      401,
      updated,
      changed('x-ms-certificate-url', 'https://attacker.blob.core.windows.net/cert/a.cer'),
    ],
    ['with a body that was not signed', 401, event('test-created'), good],
    ['that is too large', 413, `"${'x'.repeat(limits.bodyBytes)}"`, good],
    ['that says so', 413, updated, changed('content-length', String(limits.bodyBytes + 1))],
    ['of another media type', 415, updated, changed('content-type', 'text/plain')],
  ])('%s costs no storage and no message, and gets a constant answer', async (...[, status, text, headers]) => {
    const desk = await refusing;
    const before = desk.cost();
    const first = await desk.post(text, headers);
    const second = await desk.post(text, headers);
    expect([first.status, first.text]).toEqual([status, second.text]);
    expect(desk.cost()).toEqual(before);
    const outside = desk.outside.calls.filter((url) => url !== certificateUrl);
    expect(outside).toEqual([]);
  });

  it('is asked for again later while the certificate cannot be fetched', async () => {
    const desk = await aHookedDesk();
    desk.outside.files.clear();
    const { status, headers } = await desk.post(updated);
    expect([status, headers['retry-after']]).toEqual([503, '5']);
  });

  it('is asked for again later while storage is away', async () => {
    const before = async () => Promise.reject(unavailable('storage', undefined));
    const desk = await aHookedDesk({ trouble: { before } });
    const { status, headers } = await desk.post(updated);
    expect([status, headers['retry-after']]).toEqual([503, '5']);
  });

  it('is trusted by no other root than the pinned ones', async () => {
    const desk = await aHookedDesk({ settings: settingsOf() });
    expect((await desk.post(updated)).status).toBe(401);
  });
});

describe('a hint about a customer', () => {
  it('has its subscriptions read again at once, and its services follow', async () => {
    const desk = await aRunningDesk(3);
    const before = pcCalls(desk).length;
    desk.microsoft.tenants[1]!.subscriptions = [exchange];
    await desk.hints.customer(desk.tenant(1), desk.scope);
    await runDirectory(desk, { minutes: 1 });
    expect((await desk.customers.get(desk.id(1)))!.services).toContain('Exchange');
    const urls = pcCalls(desk)
      .slice(before)
      .map(({ url }) => new URL(url).pathname);
    expect(urls).toContain(`/v1/customers/${desk.tenant(1)}/subscriptions`);
    expect(urls.filter((url) => !url.includes(desk.tenant(1)))).toEqual([]);
  });

  const rows = async (desk: HealthDesk) =>
    (await queryAll(desk.tables('customers'), { pk: directoryPartition('emea'), from: 'M', to: 'N' })).length;

  it('is one row however often it comes while nobody reads', async () => {
    const desk = await aRunningDesk(2);
    desk.microsoft.options.partnerCenter = { status: 503 };
    await desk.hints.customer(desk.tenant(0), desk.scope);
    await desk.drain();
    for (let n = 0; n < 100; n++) {
      await desk.hints.customer(desk.tenant(0), desk.scope);
      await desk.advance(10);
    }
    expect(await rows(desk)).toBe(1);
  });

  it('is few rows while a reading is under way, and then is to come later', async () => {
    const desk = await aRunningDesk(2);
    const refused: unknown[] = [];
    for (let n = 0; n < 100; n++) {
      await desk.hints.customer(desk.tenant(0), desk.scope).catch((error: unknown) => refused.push(error));
      await desk.advance(10);
    }
    expect(await rows(desk)).toBe(limits.hintsWaiting);
    expect(refused).toHaveLength(100 - limits.hintsWaiting);
    expect(refused.every((error) => isAppError(error, 'unavailable'))).toBe(true);
    await runDirectory(desk, { minutes: 2 });
    expect(await rows(desk)).toBe(0);
  });
});

describe('a hint about delegated relationships', () => {
  const relationship = (n: number) =>
    `6d171447-b05e-4749-8e8c-2367ad7b0b08-0000000${String(n)}-572a-42c1-8977-a02e5d1cd317`;

  async function aDelegatingDesk() {
    const desk = aHealthDesk();
    await desk.begin(2);
    const endsAt = '2027-11-02T09:00:00Z';
    for (const n of [0, 1]) {
      desk.microsoft.relationships.put({ id: relationship(n), tenantId: desk.tenant(n), endsAt });
    }
    await desk.ensureDelegation(desk.scope);
    await desk.drain();
    await desk.advance(2 * minuteMs);
    return desk;
  }
  const calls = (desk: HealthDesk) => {
    const urls = desk.microsoft.calls
      .map(({ url }) => url)
      .filter((url) => url.includes('delegatedAdminRelationships'));
    const roles = urls.filter((url) => url.endsWith('/accessAssignments'));
    return { list: urls.length - roles.length, roles: roles.map((url) => url.split('/').at(-2)) };
  };
  const rows = async (desk: HealthDesk) =>
    (await queryAll(desk.tables('customers'), { pk: delegationPartition('emea'), from: 'M', to: 'N' })).length;
  const hint = async (desk: HealthDesk, id?: string) => desk.delegationHints.delegation('emea', id, desk.scope);
  const only = (kind: string) => kind === 'delegation';

  it('has the list read now instead of in a quarter of an hour', async () => {
    const desk = await aDelegatingDesk();
    const before = calls(desk).list;
    desk.microsoft.relationships.put({ id: relationship(0), tenantId: desk.tenant(0), status: 'terminated' });
    await hint(desk);
    await desk.drain(only);
    expect(calls(desk).list - before).toBe(1);
    expect((await desk.customers.get(desk.id(0)))!.gdap).toMatchObject({ status: 'terminated' });
    expect(await rows(desk)).toBe(0);
  });

  it('has the roles of that relationship read though the list says that it has not changed', async () => {
    const desk = await aDelegatingDesk();
    const before = calls(desk).roles.length;
    expect(before).toBe(2);
    await hint(desk, relationship(1));
    await desk.drain(only);
    expect(calls(desk).roles.slice(before)).toEqual([relationship(1)]);
    await desk.cycle(15);
    expect(calls(desk).roles.slice(before)).toEqual([relationship(1)]);
  });

  it('that comes while the list is being read has it read once more, a minute later', async () => {
    const desk = await aDelegatingDesk();
    await hint(desk);
    const before = calls(desk).list;
    const { relationships } = desk.microsoft;
    const { answer } = relationships;
    let meanwhile: Promise<void> | undefined;
    relationships.answer = (url) => {
      meanwhile ??= desk.advance(5).then(async () => hint(desk));
      return answer(url);
    };
    await desk.drain(only);
    await meanwhile;
    expect([calls(desk).list - before, await rows(desk)]).toEqual([1, 1]);
    await desk.advance(minuteMs);
    await desk.drain(only);
    expect([calls(desk).list - before, await rows(desk)]).toEqual([2, 0]);
    await desk.advance(2 * minuteMs);
    await desk.drain(only);
    expect(calls(desk).list - before).toBe(2);
  });

  it('again and again is a list a minute and one row at a time', async () => {
    const desk = await aDelegatingDesk();
    const before = calls(desk).list;
    for (let second = 0; second < 300; second++) {
      await hint(desk).catch(() => undefined);
      if (second % 2 === 0) await desk.drain(only);
      await desk.advance(1_000);
    }
    expect(calls(desk).list - before).toBeLessThanOrEqual(6);
    expect(calls(desk).list - before).toBeGreaterThanOrEqual(4);
    expect(await rows(desk)).toBeLessThanOrEqual(2);
  });

  it('does not hurry a Graph that asked for patience', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.faults.set('*', { status: 429, retryAfter: '600' });
    await hint(desk);
    await desk.drain(only);
    const before = calls(desk).list;
    for (let minute = 0; minute < 9; minute++) {
      await hint(desk);
      await desk.drain(only);
      await desk.advance(minuteMs);
    }
    expect([calls(desk).list - before, await rows(desk)]).toEqual([0, 2]);
  });

  it('before anything was read is left to the first reading', async () => {
    const desk = aHealthDesk();
    await hint(desk);
    expect(await rows(desk)).toBe(0);
  });
});
