import { describe, expect, it } from 'vitest';
import { callers, customers, portals } from '../../local/microsoft/seed-world.ts';

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the seed world', () => {
  it('has 24 customers, two of them with Azure and one without consent', () => {
    expect(customers).toHaveLength(24);
    expect(new Set(customers.map((customer) => customer.tenantId)).size).toBe(24);
    expect(customers.every((customer) => guid.test(customer.tenantId))).toBe(true);
    expect(customers.filter((customer) => customer.azureSubscriptionId !== undefined)).toHaveLength(2);
    expect(customers.filter(({ consented }) => consented === 'none')).toHaveLength(1);
  });

  it('is the same on every machine', () => {
    expect(customers[0]).toMatchObject({ slug: 'aldercote', initialDomain: 'aldercote.onmicrosoft.com' });
    expect(customers[0]!.tenantId).toMatchInlineSnapshot(`"0a1fc999-2b33-5a26-a1b0-dc31675f34a0"`);
  });

  it('gives each portal customers of its own, one of them with Azure', () => {
    const [first, second] = portals.map((portal) => new Set(portal.customerTenantIds));
    const withAzure = customers.filter((customer) => customer.azureSubscriptionId !== undefined);
    expect([...first!].filter((tenantId) => second!.has(tenantId))).toEqual([]);
    expect(first!.size + second!.size).toBe(24);
    expect(withAzure.map((customer) => first!.has(customer.tenantId))).toEqual([true, false]);
  });

  it('has a caller for every role', () => {
    expect(callers.map((caller) => caller.roles[0])).toEqual(['Desk.Read', 'Desk.Operate', 'Desk.Admin']);
  });
});
