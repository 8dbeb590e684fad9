import { describe, expect, it } from 'vitest';
import { customerRoutes } from '../../functions/customers.http.ts';
import type { Caller } from '../../shared/core/caller.ts';
import type { CustomerView } from '../../shared/customers/customer-queries.ts';
import { customerIdOf, customerRow } from '../../shared/customers/customer.ts';
import type { TableOp } from '../../shared/platform/table.ts';
import { aPerson, aPortal } from '../health/callers.ts';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';

type Page = { items: CustomerView[]; nextCursor?: string };

const route = (desk: HealthDesk, name: string) =>
  customerRoutes({
    store: desk.customers,
    cloud: 'global',
    portalLinks: desk.portalLinks,
    portalSights: async () => Promise.resolve([]),
  }).find((one) => one.name === name)!;

async function list(desk: HealthDesk, caller: Caller, query: { limit?: number; cursor?: string } = {}): Promise<Page> {
  const call = {
    params: undefined,
    query,
    body: undefined,
    caller,
    headers: new Headers(),
    raw: new Uint8Array(),
    scope: desk.scope,
  };
  return (await route(desk, 'listCustomers').handle(call)).body as Page;
}

async function all(desk: HealthDesk, caller: Caller, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page: Page = await list(desk, caller, { limit, ...(cursor !== undefined && { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...page.items.map(({ customerId }) => customerId));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return ids;
}

describe('the list of customers', () => {
  it('shows people everyone, page by page, each once', async () => {
    const desk = aHealthDesk();
    await desk.begin(11);
    const expected = desk.microsoft.tenants.map((_, n) => desk.id(n)).sort();
    expect(await all(desk, aPerson, 4)).toEqual(expected);
    expect(await all(desk, aPerson, 11)).toEqual(expected);
  });

  it('shows a portal its own', async () => {
    const desk = aHealthDesk();
    await desk.begin(11);
    const own = [desk.id(1), desk.id(5), desk.id(7)].sort();
    expect(await all(desk, aPortal(...own), 2)).toEqual(own);
    expect(await all(desk, { ...aPortal(), customers: 'all' } as Caller, 5)).toHaveLength(11);
  });

  it('survives empty pages of the storage', async () => {
    let empty = 0;
    const desk = aHealthDesk({ tables: { emptyPage: () => empty++ % 2 === 0 } });
    await desk.begin(7);
    expect(await all(desk, aPerson, 3)).toHaveLength(7);
  });

  it('says what stands in the way of reading a customer, and what mends it', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    desk.microsoft.faults.set(desk.tenant(0), { status: 403 });
    await desk.cycle();
    const [customer] = (await list(desk, aPerson)).items;
    expect(customer!.coverage.trouble).toMatchObject({ code: 'not-consented', since: desk.now() });
    expect(customer!.coverage.trouble!.remedy).toContain('consent');
    expect(customer).not.toHaveProperty('healthShard');
  });
});

describe('a page of 50 customers', () => {
  const aRow = (customerId: string) => ({
    customerId,
    connectionId: 'emea',
    tenantId: '00000000-0000-4000-8000-000000000000',
    name: customerId,
    initialDomain: 'one.example',
    domains: ['one.example'],
    relationship: 'reseller',
    azureSubscriptionIds: [],
    access: { way: 'app' as const },
    healthShard: 'emea|0',
    openIncidentIds: [],
    coverage: {},
    detailsAt: '2026-11-02T09:00:00.000Z',
    externalRefs: [],
  });
  const ids = (count: number) => Array.from({ length: count }, (_, n) => customerIdOf('global', `tenant ${String(n)}`));

  /** Entities that the page in the middle costs, of a directory of this size. */
  async function cost(size: number, caller: Caller): Promise<{ entities: number; items: number }> {
    const desk = aHealthDesk();
    const { table, counts } = desk.memory.of('customers');
    const all = ids(size);
    for (let at = 0; at < size; at += 100) {
      const ops = all.slice(at, at + 100).map((rk): TableOp => {
        return { kind: 'upsert', rk, columns: customerRow.toColumns(aRow(rk)) };
      });
      await table.transact('customer', ops);
    }
    const { nextCursor } = await list(desk, caller, { limit: 50 });
    const before = counts.get + counts.rows;
    const { items } = await list(desk, caller, { limit: 50, ...(nextCursor !== undefined && { cursor: nextCursor }) });
    return { entities: counts.get + counts.rows - before, items: items.length };
  }

  it.each([1_000, 100_000])('costs people 51 entities of %i', async (size) => {
    expect(await cost(size, aPerson)).toEqual({ entities: 51, items: 50 });
  });

  it.each([1_200, 100_000])('costs a portal with 1,200 customers 50 entities of %i', async (size) => {
    expect(await cost(size, aPortal(...ids(1_200)))).toEqual({ entities: 50, items: 50 });
  });
});

describe('the answer about a customer', () => {
  const read = async (desk: HealthDesk, name: string, ifNoneMatch?: string) =>
    route(desk, name).handle({
      params: { id: desk.id(0) },
      query: {},
      body: undefined,
      caller: aPerson,
      headers: new Headers(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
      raw: new Uint8Array(),
      scope: desk.scope,
    });

  it.each(['readCustomer', 'listCustomers'])('is not sent again while it is the same (%s)', async (name) => {
    const desk = aHealthDesk();
    await desk.begin(1);
    const { etag } = (await read(desk, name)).headers!;
    expect(await read(desk, name, etag)).toMatchObject({ status: 304 });
    await desk.customers.change([desk.id(0)], (customer) => ({ ...customer, name: 'renamed' }));
    expect((await read(desk, name, etag)).status).toBe(200);
  });

  it('says what it uses, who serves it, where it lives and what may be done in it', async () => {
    const desk = aHealthDesk();
    await desk.begin(1, 1);
    const gdap = { relationshipId: 'r-c', status: 'active', endsAt: '2027-01-01T00:00:00Z', roleIds: ['role'] };
    await desk.customers.change([desk.id(0)], (customer) => ({
      ...customer,
      gdap,
      reseller: { name: 'Harbour' },
      isGcc: true,
      detailsTrouble: { code: 'refused' as const, since: desk.now() },
    }));
    expect((await read(desk, 'readCustomer')).body).toMatchObject({
      services: ['OrgLiveID', 'azure'],
      reseller: { name: 'Harbour' },
      isGcc: true,
      gdap: { relationshipId: 'r-c', status: 'active', endsAt: '2027-01-01T00:00:00.000Z', roles: ['role'] },
      excluded: false,
      coverage: {},
      directory: { trouble: { code: 'refused' } },
    });
  });
});
