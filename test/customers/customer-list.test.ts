import { describe, expect, it } from 'vitest';
import { customerRoutes } from '../../functions/customers.http.ts';
import type { Caller } from '../../shared/core/caller.ts';
import type { CustomerView } from '../../shared/customers/customer-queries.ts';
import { aPerson, aPortal } from '../health/callers.ts';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';

type Page = { items: CustomerView[]; nextCursor?: string };

const route = (desk: HealthDesk, name: string) =>
  customerRoutes({ store: desk.customers, cloud: 'global' }).find((one) => one.name === name)!;

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
