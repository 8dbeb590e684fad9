import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { createResolveCustomer } from '../../shared/customers/resolve-customer.ts';
import { refsBodySchema, setRefs } from '../../shared/customers/set-refs.ts';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';
import type { Fault } from '../health/scripted-microsoft.ts';
import { nextPass, state } from './passes.ts';

const pcCalls = (desk: HealthDesk) => desk.microsoft.calls.filter(({ url }) => url.startsWith(desk.microsoft.root.pc));
const listCalls = (desk: HealthDesk) => pcCalls(desk).filter(({ url }) => url.includes('/customers?'));
describe('the directory', () => {
  it('brings in every customer of every page, with domains and Azure subscriptions', async () => {
    const desk = aHealthDesk();
    desk.microsoft.options.pageSize = 10;
    await desk.begin(25, 1);
    const { customers } = await desk.customers.page({ limit: 100 });
    expect(customers).toHaveLength(25);
    expect(await desk.customers.get(desk.id(0))).toMatchObject({
      connectionId: 'emea',
      tenantId: desk.tenant(0),
      name: 'customer0',
      initialDomain: 'customer0.onmicrosoft.example',
      domains: ['customer0.onmicrosoft.example', 'customer0.example'],
      relationship: 'reseller',
      azureSubscriptionIds: [desk.tenant(0).replace(/^0/, 'a')],
      healthShard: 'emea|0',
      access: { way: 'app' },
    });
    expect((await desk.customers.get(desk.id(1)))!.azureSubscriptionIds).toEqual([]);
  });

  it('asks for the next page by the token alone, at Partner Center alone', async () => {
    const desk = aHealthDesk();
    desk.microsoft.options.pageSize = 10;
    await desk.begin(25);
    expect(listCalls(desk).map(({ url, headers }) => [new URL(url).search, headers['MS-ContinuationToken']])).toEqual([
      ['?size=100', undefined],
      ['?seekOperation=Next', '10'],
      ['?seekOperation=Next', '20'],
    ]);
    expect(desk.microsoft.calls.every(({ url }) => !url.includes('elsewhere'))).toBe(true);
  });

  it('stays below Partner Center’s limit of calls a minute', async () => {
    const desk = aHealthDesk();
    desk.microsoft.addTenants(1_000);
    await desk.ensureDirectory(desk.scope);
    const totals: number[] = [];
    for (let second = 0; second < 480; second++) {
      await desk.drain();
      totals.push(pcCalls(desk).length);
      await desk.advance(1_000);
    }
    const perMinute = totals.map((total, second) => total - (totals[second - 60] ?? 0));
    expect(Math.max(...perMinute)).toBeLessThanOrEqual(500);
    expect(totals.at(-1)).toBe(2_010);
    expect((await state(desk)).shards).toBe(4);
  });

  it('gives each customer a shard of at most 250 for good', async () => {
    const desk = aHealthDesk();
    await desk.begin(300);
    const sizes = await Promise.all([0, 1].map(async (shard) => (await desk.shards.members('emea', shard)).size));
    expect(sizes).toEqual([250, 50]);
    const before = await desk.customers.getMany(desk.microsoft.tenants.map((_, n) => desk.id(n)));
    desk.microsoft.addTenants(1);
    await nextPass(desk);
    for (const [id, customer] of before) expect((await desk.customers.get(id))!.healthShard).toBe(customer.healthShard);
    expect((await desk.customers.get(desk.id(300)))!.healthShard).toBe('emea|1');
  });

  it('writes nothing on customers that have not changed, and reads details of each again once a week', async () => {
    const desk = aHealthDesk();
    await desk.begin(50);
    const rows = () => [...desk.memory.of('customers').partitions.get('customer')!].map(([id, { etag }]) => id + etag);
    const reads = (n: number) =>
      pcCalls(desk).filter(({ url }) => url.endsWith(`/customers/${desk.tenant(n)}/subscriptions`)).length;
    const all = Array.from({ length: 50 }, (_, n) => n);
    const before = rows();
    await nextPass(desk);
    const unread = all.filter((n) => reads(n) === 1);
    expect(unread.length).toBeGreaterThan(30);
    for (const n of unread) expect(rows()).toContain(before.find((row) => row.startsWith(desk.id(n))));
    for (let day = 1; day < 7; day++) await nextPass(desk);
    expect(all.map(reads)).toEqual(all.map(() => 2));
    for (let day = 0; day < 7; day++) await nextPass(desk);
    expect(all.map(reads)).toEqual(all.map(() => 3));
  });

  it('follows a new name and new domains, and leaves what health wrote alone', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0)] });
    await desk.cycle();
    desk.microsoft.tenants[0]!.name = 'renamed';
    for (let day = 0; day < 8; day++) await nextPass(desk);
    const customer = (await desk.customers.get(desk.id(0)))!;
    expect(customer).toMatchObject({ name: 'renamed', openIncidentIds: [{ id: 'EX1' }] });
    expect(customer.domains).toEqual(['customer0.onmicrosoft.example', 'renamed.example']);
    expect(await desk.customers.byDomain('Renamed.Example')).toBe(desk.id(0));
    expect(await desk.customers.byDomain('customer0.example')).toBeUndefined();
  });

  it.each<[string, Fault]>([
    ['429 with Retry-After', { status: 429, retryAfter: '600' }],
    ['500', { status: 500 }],
    ['403', { status: 403 }],
    ['half an answer', { status: 200, body: '{"items":[' }],
    ['no answer', { network: true }],
  ])('waits and goes on by itself after %s', async (_name, fault) => {
    const desk = aHealthDesk();
    desk.microsoft.addTenants(3);
    desk.microsoft.options.partnerCenter = fault;
    await desk.ensureDirectory(desk.scope);
    await desk.drain();
    expect(desk.entries.some(({ event }) => event === 'customers.directory-delayed')).toBe(true);
    const calls = pcCalls(desk).length;
    await desk.advance(14_000);
    await desk.drain();
    expect(pcCalls(desk).length).toBe(calls);
    desk.microsoft.options.partnerCenter = undefined;
    await desk.advance(fault.retryAfter === undefined ? 30_000 : 600_000);
    await desk.drain();
    expect((await desk.customers.page({ limit: 10 })).customers).toHaveLength(3);
  });

  it('starts once, however often it is ensured, and again when its wake was lost', async () => {
    const desk = aHealthDesk();
    desk.microsoft.addTenants(2);
    expect(await desk.ensureDirectory(desk.scope)).toEqual({ started: 1 });
    expect(await desk.ensureDirectory(desk.scope)).toEqual({ started: 0 });
    for (const held of desk.bus.all()) desk.bus.complete(held);
    await desk.advance(11 * 60_000);
    expect(await desk.ensureDirectory(desk.scope)).toEqual({ started: 1 });
    await desk.drain();
    expect((await desk.customers.page({ limit: 10 })).customers).toHaveLength(2);
  });

  it('loses nobody and doubles nobody when it dies at any operation', async () => {
    for (let failAt = 1; failAt < 200; failAt++) {
      let left = failAt;
      const fail = async () =>
        --left === 0 ? Promise.reject(unavailable('storage', new Error('cut'))) : Promise.resolve();
      const desk = aHealthDesk({ tables: { before: fail } });
      desk.microsoft.addTenants(6);
      desk.microsoft.options.pageSize = 4;
      for (let step = 0; step < 4; step++) {
        await desk.ensureDirectory(desk.scope).catch(() => undefined);
        await desk.drain().catch(() => undefined);
        await desk.advance(30_000);
      }
      const wasCut = left <= 0;
      left = Number.POSITIVE_INFINITY;
      await desk.advance(11 * 60_000);
      await desk.ensureDirectory(desk.scope);
      await desk.ensurePolling(desk.scope);
      await desk.drain();
      await desk.advance(30_000);
      await desk.drain();
      const { customers } = await desk.customers.page({ limit: 10 });
      expect(customers, `cut at operation ${String(failAt)}`).toHaveLength(6);
      expect((await desk.shards.members('emea', 0)).size).toBe(6);
      for (let n = 0; n < 6; n++)
        expect(await desk.customers.byDomain(`customer${String(n)}.example`)).toBe(desk.id(n));
      if (!wasCut) return;
    }
    throw new Error('the directory never came to its end');
  });
});

describe('a customer’s names', () => {
  const resolving = (desk: HealthDesk) =>
    createResolveCustomer({ store: desk.customers, cloud: 'global', clock: desk.clock });

  it('all lead to the same customer', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    await setRefs(desk.customers, desk.id(1), [{ system: 'psa', id: 'A/7 #1' }]);
    const resolve = resolving(desk);
    const names = [
      { customerId: desk.id(1) },
      { tenantId: desk.tenant(1).toUpperCase() },
      { domain: 'Customer1.EXAMPLE' },
      { domain: 'customer1.onmicrosoft.example' },
      { externalRef: { system: 'psa', id: 'A/7 #1' } },
    ];
    for (const name of names) expect((await resolve(name))!.customerId).toBe(desk.id(1));
    expect(await resolve({ domain: 'nobody.example' })).toBeUndefined();
    expect(await resolve({ customerId: 'no/such#key' })).toBeUndefined();
  });

  it('cost one point read when warm', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    const resolve = resolving(desk);
    await resolve({ domain: 'customer0.example' });
    const counts = desk.memory.of('customers').counts;
    for (const name of [{ customerId: desk.id(0) }, { tenantId: desk.tenant(0) }, { domain: 'customer0.example' }]) {
      const before = counts.get;
      await resolve(name);
      expect(counts.get - before).toBe(1);
    }
    await desk.advance(30_001);
    const before = counts.get;
    await resolve({ domain: 'customer0.example' });
    expect(counts.get - before).toBe(2);
  });

  it('are texts that storage can keep', () => {
    const refs = (id: string) => refsBodySchema.safeParse({ externalRefs: [{ system: 'psa', id }] }).success;
    expect([refs('7 #ä😀'), refs('half \ud83d')]).toEqual([true, false]);
  });

  it('may be those of several customers, and end with each alone', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    const ref = { system: 'psa', id: '7' };
    const neighbours = ['7!', '7 ', '7-', '7|', '71', '7~', '6', '8', ''].map((id) => ({ system: 'psa', id }));
    await setRefs(desk.customers, desk.id(2), neighbours);
    await setRefs(desk.customers, desk.id(0), [ref]);
    await setRefs(desk.customers, desk.id(1), [ref]);
    expect(new Set(await desk.customers.byRef(ref))).toEqual(new Set([desk.id(0), desk.id(1)]));
    await setRefs(desk.customers, desk.id(0), []);
    expect(await desk.customers.byRef(ref)).toEqual([desk.id(1)]);
    await setRefs(desk.customers, desk.id(1), []);
    expect(await desk.customers.byRef(ref)).toEqual([]);
  });

  it('are found in rows of the version before, which are replaced once they are written again', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    const ref = { system: 'psa', id: '7' };
    const table = desk.tables('customers');
    const putOld = async () =>
      table.transact('ref', [{ kind: 'upsert', rk: 'psa|7', columns: { v: 1, customerId: desk.id(0) } }]);
    await putOld();
    await desk.customers.change([desk.id(0)], (customer) => ({ ...customer, externalRefs: [ref] }));
    const resolve = resolving(desk);
    expect((await resolve({ externalRef: ref }))!.customerId).toBe(desk.id(0));
    await setRefs(desk.customers, desk.id(1), [ref]);
    expect((await desk.customers.byRef(ref)).sort()).toEqual([desk.id(0), desk.id(1)].sort());
    expect(await table.get('ref', 'psa|7')).toBeDefined();
    await setRefs(desk.customers, desk.id(0), [ref]);
    expect(await table.get('ref', 'psa|7')).toBeUndefined();
    expect((await desk.customers.byRef(ref)).sort()).toEqual([desk.id(0), desk.id(1)].sort());
    await putOld();
    await setRefs(desk.customers, desk.id(0), []);
    expect(await desk.customers.byRef(ref)).toEqual([desk.id(1)]);
  });

  it('lead by reference to the one customer that may be used, at the cost of one read', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    const externalRef = { system: 'psa', id: '7' };
    for (const n of [0, 1]) await setRefs(desk.customers, desk.id(n), [externalRef]);
    const resolve = resolving(desk);
    const { counts } = desk.memory.of('customers');
    const costing = async (...whose: number[]) => {
      const before = { ...counts };
      const customer = await resolve({ externalRef }, (id) => whose.some((n) => desk.id(n) === id));
      return [customer?.customerId, counts.query - before.query, counts.get - before.get];
    };
    expect(await costing(0, 2)).toEqual([desk.id(0), 1, 1]);
    expect(await costing(1, 2)).toEqual([desk.id(1), 0, 1]);
    expect(await costing(0, 1)).toEqual([undefined, 0, 0]);
    // What another one's look-up did not find is looked up anew: it may have been said just now.
    expect(await costing(2)).toEqual([undefined, 1, 0]);
    await setRefs(desk.customers, desk.id(2), [externalRef]);
    expect(await costing(2)).toEqual([desk.id(2), 1, 1]);
    expect((await resolve({ externalRef }))?.customerId).toBeUndefined();
  });
});
