import { describe, expect, it } from 'vitest';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';
import { nextPass, runDirectory, state } from './passes.ts';
import { aRunningDesk, audited, exchange, pcCalls } from './running-directory.ts';

/** Calls to Partner Center by kind. */
function counted(desk: HealthDesk, from = 0) {
  const urls = pcCalls(desk)
    .slice(from)
    .map(({ url }) => url);
  const count = (pattern: RegExp) => urls.filter((url) => pattern.test(url)).length;
  return {
    list: count(/\/customers\?/),
    audit: count(/\/auditrecords\?/),
    customer: count(/\/customers\/[^/]+$/),
    subscriptions: count(/\/subscriptions$/),
    all: urls.length,
  };
}

describe('what the directory costs', () => {
  const week = async (customers: number) => {
    const desk = await aRunningDesk(customers);
    await runDirectory(desk, { minutes: 24 * 60 });
    const days = [];
    for (let day = 0; day < 7; day++) {
      for (let n = 0; n < 10; n++) audited(desk, { customerId: desk.tenant(day * 10 + n) });
      const from = pcCalls(desk).length;
      await runDirectory(desk, { minutes: 24 * 60 });
      days.push(counted(desk, from));
    }
    const hinted = desk.entries.filter(({ event }) => event === 'customers.directory-hinted');
    return { days, hinted: hinted.reduce((sum, { fields }) => sum + Number(fields.customers), 0) };
  };

  it('a day is the list, the audit records, ten changed customers and a seventh of the details', async () => {
    const { days, hinted } = await week(1_000);
    expect(hinted).toBe(70);
    for (const { list, audit, customer, subscriptions, all } of days) {
      expect(list).toBe(10);
      expect(audit).toBeGreaterThan(90);
      expect(audit).toBeLessThanOrEqual(96);
      expect(customer).toBe(subscriptions);
      // A seventh is 143 customers; chance spreads them.
      expect(subscriptions).toBeLessThanOrEqual(10 + 143 + 40);
      expect(all).toBe(list + audit + customer + subscriptions);
    }
    const read = days.reduce((sum, { subscriptions }) => sum + subscriptions, 0);
    expect(read).toBeGreaterThan(1_000);
    expect(read).toBeLessThanOrEqual(1_000 + 70);
  });

  it('depends on the number of customers by the list and the seventh alone', async () => {
    const { days, hinted } = await week(100);
    expect(hinted).toBe(70);
    for (const { list, audit } of days) expect([list, audit > 90 && audit <= 96]).toEqual([1, true]);
    expect(days.reduce((sum, { subscriptions }) => sum + subscriptions, 0)).toBeLessThanOrEqual(100 + 70);
  });

  it('stays below 500 calls a minute for a provider whose customers all joined at once', async () => {
    const desk = aHealthDesk({ role: 'provider' });
    desk.microsoft.addTenants(600);
    await desk.ensureDirectory(desk.scope);
    const totals: number[] = [];
    for (let second = 0; second < 600; second++) {
      await runDirectory(desk, { minutes: 1 / 60, stepSeconds: 1 });
      totals.push(pcCalls(desk).length);
    }
    const perMinute = totals.map((total, second) => total - (totals[second - 60] ?? 0));
    expect(Math.max(...perMinute)).toBeLessThanOrEqual(500);
    expect(totals.at(-1)).toBeGreaterThan(3 * 600);
  });
});

describe('a change at Partner Center', () => {
  it('is read within a quarter of an hour, once, and nobody else is', async () => {
    const desk = await aRunningDesk(5);
    desk.microsoft.tenants[3]!.subscriptions = [exchange];
    audited(desk, { customerId: desk.tenant(3).toUpperCase() });
    const from = pcCalls(desk).length;
    await runDirectory(desk, { minutes: 16 });
    expect((await desk.customers.get(desk.id(3)))!.services).toEqual(['Exchange', 'OSDPPlatform']);
    await runDirectory(desk, { minutes: 180 });
    expect(counted(desk, from)).toMatchObject({ list: 0, customer: 1, subscriptions: 1 });
  });

  it('brings in a new customer, which is polled, without the list', async () => {
    const desk = await aRunningDesk(3);
    desk.microsoft.addTenants(1);
    audited(desk, { customerId: desk.tenant(3), resourceType: 'customer', operationType: 'add_customer' });
    const from = pcCalls(desk).length;
    await runDirectory(desk, { minutes: 16 });
    expect(await desk.customers.get(desk.id(3))).toMatchObject({ name: 'customer3', healthShard: 'emea|0' });
    expect(await desk.customers.byDomain('customer3.example')).toBe(desk.id(3));
    expect((await desk.shards.members('emea', 0)).has(desk.id(3))).toBe(true);
    expect(counted(desk, from)).toMatchObject({ list: 0, customer: 1 });
  });

  it.each([
    ['a 404', { status: 404, body: { code: '1000' } }],
    ['code 20002', { status: 403, body: { code: '20002', description: 'no relationship' } }],
  ])('ends the polling of a customer of whom Partner Center says so (%s)', async (_name, { status, body }) => {
    const desk = await aRunningDesk(3);
    const tenantId = desk.tenant(1);
    desk.microsoft.options.instead = (url) =>
      url.pathname.endsWith(tenantId) ? { status, headers: {}, body: JSON.stringify(body) } : undefined;
    audited(desk, { customerId: tenantId, resourceType: 'partner_customer_relationship' });
    await runDirectory(desk, { minutes: 16 });
    expect((await desk.customers.get(desk.id(1)))!.leftAt).toBeDefined();
    expect((await desk.shards.members('emea', 0)).get(desk.id(1))!.leftAt).toBeDefined();
    desk.microsoft.options.instead = undefined;
    await nextPass(desk);
    expect((await desk.customers.get(desk.id(1)))!.leftAt).toBeUndefined();
  });

  it('leaves a customer alone that it may only not look at', async () => {
    const desk = await aRunningDesk(3);
    desk.microsoft.options.instead = (url) =>
      url.pathname.endsWith(desk.tenant(1)) ? { status: 403, headers: {}, body: '{"code":"900308"}' } : undefined;
    audited(desk, { customerId: desk.tenant(1) });
    await runDirectory(desk, { minutes: 16 });
    expect((await desk.customers.get(desk.id(1)))!.leftAt).toBeUndefined();
    expect(desk.entries.filter(({ event }) => event === 'customers.customer-unread').at(-1)!.fields).toMatchObject({
      customerId: desk.id(1),
      status: 403,
      code: '900308',
    });
  });

  it.each([
    ['people and their licences', { resourceType: 'customer_user', operationType: 'update_customer_user' }],
    ['an operation that failed', { operationStatus: 'failed' }],
    ['what happened before the desk began', { operationDate: '2020-01-01T00:00:00Z' }],
  ])('is not followed for %s', async (_name, more) => {
    const desk = await aRunningDesk(2);
    audited(desk, { customerId: desk.tenant(0), ...more });
    const from = pcCalls(desk).length;
    await runDirectory(desk, { minutes: 31 });
    expect(counted(desk, from)).toMatchObject({ customer: 0 });
  });

  it.each([
    ['a kind of resource that nobody knows', { resourceType: 'brand_new' }],
    ['an unreadable time', { operationDate: 'yesterday' }],
    [
      'no time, status or kind',
      { operationDate: null, operationStatus: null, resourceType: null, operationType: null },
    ],
  ])('is followed once in spite of %s', async (_name, more) => {
    const desk = await aRunningDesk(2);
    audited(desk, { customerId: desk.tenant(0), ...more });
    const from = pcCalls(desk).length;
    await runDirectory(desk, { minutes: 61 });
    expect(counted(desk, from)).toMatchObject({ customer: 1 });
  });

  it('waits for Partner Center to come back, while the health of everybody goes on', async () => {
    const desk = await aRunningDesk(3);
    audited(desk, { customerId: desk.tenant(1) });
    desk.microsoft.tenants[1]!.subscriptions = [exchange];
    desk.microsoft.options.partnerCenter = { status: 503 };
    await runDirectory(desk, { minutes: 30 });
    expect((await state(desk)).troubles).toMatchObject([{ turn: 'changes', code: 'away' }]);
    desk.microsoft.options.partnerCenter = undefined;
    await runDirectory(desk, { minutes: 31 });
    expect((await desk.customers.get(desk.id(1)))!.services).toEqual(['Exchange', 'OSDPPlatform']);
    expect((await state(desk)).troubles).toEqual([]);
  });
});

describe('a hint', () => {
  it('is followed at once, through whichever connection knows the tenant', async () => {
    const desk = await aRunningDesk(2);
    desk.microsoft.tenants[0]!.subscriptions = [exchange];
    await desk.hints.customer(desk.tenant(0).toUpperCase(), desk.scope);
    await runDirectory(desk, { minutes: 2 });
    expect((await desk.customers.get(desk.id(0)))!.services).toEqual(['Exchange', 'OSDPPlatform']);
  });

  it('about a stranger does no harm', async () => {
    const desk = await aRunningDesk(2);
    await desk.hints.customer('99999999-0000-4000-8000-000000000000', desk.scope);
    await runDirectory(desk, { minutes: 2 });
    expect((await desk.customers.page({ limit: 10 })).customers).toHaveLength(2);
    const from = pcCalls(desk).length;
    await runDirectory(desk, { minutes: 5 });
    expect(counted(desk, from).customer).toBe(0);
  });

  it('costs one turn where many come at once', async () => {
    const desk = await aRunningDesk(60);
    const from = pcCalls(desk).length;
    for (let n = 0; n < 60; n++)
      for (let time = 0; time < 2; time++) await desk.hints.customer(desk.tenant(n), desk.scope);
    await runDirectory(desk, { minutes: 3 });
    expect(counted(desk, from)).toMatchObject({ customer: 60, subscriptions: 60 });
  });

  it('makes the whole list be read now', async () => {
    const desk = await aRunningDesk(2);
    const { lastDoneAt } = await state(desk);
    await desk.hints.directory('emea', desk.scope);
    await runDirectory(desk, { minutes: 2 });
    expect((await state(desk)).lastDoneAt! > lastDoneAt!).toBe(true);
  });
});

describe('the Government Community Cloud', () => {
  it('is told by the tenant’s public document, without credentials, once a week', async () => {
    const desk = aHealthDesk();
    desk.microsoft.addTenants(2);
    desk.microsoft.tenants[1]!.isGcc = true;
    await desk.ensureDirectory(desk.scope);
    await runDirectory(desk, { minutes: 5 });
    const isGcc = async () => Promise.all([0, 1].map(async (n) => (await desk.customers.get(desk.id(n)))!.isGcc));
    expect(await isGcc()).toEqual([false, true]);
    const calls = desk.microsoft.calls.filter(({ url }) => url.startsWith(desk.microsoft.root.login));
    expect(calls).toHaveLength(2);
    for (const { headers } of calls) expect(headers).not.toHaveProperty('authorization');
    desk.microsoft.tenants[1]!.isGcc = false;
    for (let day = 0; day < 7; day++) await nextPass(desk);
    expect(await isGcc()).toEqual([false, false]);
  });
});
