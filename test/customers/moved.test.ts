import { describe, expect, it } from 'vitest';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { listCustomerIncidents, readIncident } from '../../shared/health/incident-queries.ts';
import { aPerson } from '../health/callers.ts';
import { aHealthDesk } from '../health/health-desk.ts';
import { nextPass } from './passes.ts';

/** Two customers of one connection, of which the first has moved to another one while an incident was open. */
async function aDeskWithAMove() {
  const desk = aHealthDesk();
  await desk.begin(2);
  desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0), desk.tenant(1)] });
  await desk.cycle();
  const of = (n: number) => {
    const { id, domain, name } = desk.microsoft.tenants[n]!;
    return { id, companyProfile: { tenantId: id, domain, companyName: name }, relationshipToPartner: 'reseller' };
  };
  desk.microsoft.options.instead = (url, { headers }) => {
    if (url.pathname !== '/v1/customers') return undefined;
    const items = headers?.authorization?.includes(' partner ') ? [of(1)] : [of(0)];
    return { status: 200, headers: {}, body: JSON.stringify({ items }) };
  };
  desk.cloud.connections = [
    ...desk.cloud.connections,
    { id: 'apac', tenantId: 'other', clientId: 'client', role: 'direct' },
  ];
  for (let day = 0; day < 4; day++) {
    await desk.ensureDirectory(desk.scope);
    await nextPass(desk);
  }
  await desk.ensurePolling(desk.scope);
  for (let cycle = 0; cycle < 3; cycle++) await desk.cycle();
  return desk;
}

describe('a customer that moves from one connection to another', () => {
  it('is polled there alone, and is shown as affected once', async () => {
    const desk = await aDeskWithAMove();
    const customer = (await desk.customers.get(desk.id(0)))!;
    expect(customer).toMatchObject({ connectionId: 'apac', healthShard: 'apac|0' });
    expect(customer.leftAt).toBeUndefined();
    expect(customer.openIncidentIds.map(({ id }) => id)).toEqual(['EX1']);
    expect((await desk.shards.members('emea', 0)).get(desk.id(0))!.leftAt).toBeDefined();
    const health = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) });
    expect(health.asOf).toBe(desk.now());
    const { affected } = await readIncident(desk.queryDeps, aPerson, 'EX1');
    expect(affected.map(({ customerId }) => customerId).sort()).toEqual([desk.id(0), desk.id(1)].sort());
    const own = await listCustomerIncidents(desk.queryDeps, aPerson, { customerId: desk.id(0) });
    expect(own.items.map(({ id }) => id)).toEqual(['EX1']);
    const told = (await desk.events()).flatMap(({ data }) => data.customerIds);
    expect(new Set(told).size).toBe(2);
  });

  it('is taken over from a connection that the desk has no more, which nobody reads', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.cloud.connections = [{ id: 'apac', tenantId: 'other', clientId: 'client', role: 'direct' }];
    await desk.ensureDirectory(desk.scope);
    await nextPass(desk, 'apac');
    await desk.ensurePolling(desk.scope);
    await desk.cycle();
    for (const n of [0, 1]) {
      expect(await desk.customers.get(desk.id(n))).toMatchObject({ connectionId: 'apac', healthShard: 'apac|0' });
      expect((await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(n) })).asOf).toBe(desk.now());
    }
  });
});
