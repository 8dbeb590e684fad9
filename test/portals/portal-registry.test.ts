import { describe, expect, it } from 'vitest';
import { portalPartition, registerPortalOp, type Portal } from '../../shared/portals/portal.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
import { hashOf } from '../../shared/core/hash.ts';
import { queryAll } from '../../shared/platform/table.ts';
import { memoryTable } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { aPortal } from './a-portal.ts';

async function aRegistry(...portals: Portal[]) {
  const { clock, advance } = movedClock();
  const { table, counts } = memoryTable();
  for (const portal of portals) await table.transact(portalPartition, [registerPortalOp(portal)]);
  return { registry: createPortalRegistry({ table, clock }), table, counts, advance };
}

describe('the portal registry', () => {
  it('gives back portals as they were registered', async () => {
    const plain: Portal = { ...aPortal({ id: 'plain', customers: 'all' }) };
    delete plain.application;
    delete plain.outbound;
    const limited = aPortal({
      outbound: {
        url: 'https://harbour.example/',
        secretName: 'out',
        types: ['incident.opened'],
        services: ['Exchange', 'azure'],
        classifications: ['incident', 'planned-change'],
      },
    });
    const { registry } = await aRegistry(plain, limited);
    expect(await registry.byId('plain')).toEqual(plain);
    expect(await registry.byId('harbour')).toEqual(limited);
    expect(await registry.all()).toHaveLength(2);
  });

  it('finds a portal by its application, in any case of letters, and by both parts only', async () => {
    const { registry } = await aRegistry(aPortal());
    expect(await registry.byApplication('DESK-tenant', 'Harbour-App')).toMatchObject({ id: 'harbour' });
    expect(await registry.byApplication('other-tenant', 'harbour-app')).toBeUndefined();
    expect(await registry.byApplication('desk-tenant', 'other-app')).toBeUndefined();
  });

  it('asks storage once in half a minute, whatever is asked, and sees a disabled portal then', async () => {
    const { registry, table, counts, advance } = await aRegistry(aPortal());
    for (const id of ['harbour', 'unknown', 'unknown-too']) await registry.byId(id);
    await registry.byApplication('x', 'y');
    expect(counts).toMatchObject({ query: 1, get: 0 });
    await table.transact(portalPartition, [registerPortalOp(aPortal({ disabled: true }))]);
    await advance(30_000);
    expect(await registry.byId('harbour')).toMatchObject({ disabled: true });
  });

  it('refuses to register what it could not read back', () => {
    expect(() => registerPortalOp(aPortal({ id: 'Not/An/Id' }))).toThrow();
    const outbound = { url: 'https://harbour.example/', secretName: 'out' };
    for (const wrong of [
      { services: [] },
      { services: [''] },
      { classifications: ['outage'] },
      { kinds: ['incident'] },
    ]) {
      const asked = { ...outbound, ...wrong } as Portal['outbound'];
      expect(() => registerPortalOp(aPortal({ outbound: asked }))).toThrow();
    }
    expect(() => registerPortalOp(aPortal({ customers: Array.from({ length: 20_001 }, String) }))).toThrow();
  });

  it('holds a list of 20,000 customers, in columns that storage takes', async () => {
    const customers = Array.from({ length: 20_000 }, (_, n) => `c${hashOf('customer', String(n)).slice(0, 20)}`);
    const { registry, table } = await aRegistry(aPortal({ customers }), aPortal({ id: 'meadow' }));
    const portal = (await registry.byId('harbour'))!;
    expect(portal.customers).toEqual(customers);
    const [row] = await queryAll(table, { pk: portalPartition });
    for (const column of Object.values(row!.columns)) {
      expect(column instanceof Uint8Array ? column.length : String(column).length * 2).toBeLessThanOrEqual(65_536);
    }
    const scope = await registry.scopeOf(portal);
    expect(scope).toEqual(new Set(customers));
    expect(await registry.scopeOf((await registry.byId('harbour'))!)).toBe(scope);
  });

  it('reads rows of a newer release past what it does not know', async () => {
    const { registry, table } = await aRegistry(aPortal());
    const columns = { songs_json: '["one"]' };
    await table.transact(portalPartition, [{ kind: 'merge', rk: 'harbour', columns }]);
    expect(await registry.byId('harbour')).toEqual(aPortal());
  });

  it('unites the customers of several resellers, anew only where one of them changed', async () => {
    const { clock } = movedClock();
    const { table } = memoryTable();
    const portal = aPortal({ customers: { resellers: ['a', 'b'] } });
    await table.transact(portalPartition, [registerPortalOp(portal)]);
    const served = new Map([
      ['a', new Set(['c1'])],
      ['b', new Set(['c1', 'c2'])],
    ]);
    const customersOfReseller = async (id: string) => Promise.resolve(served.get(id)!);
    const registry = createPortalRegistry({ table, clock, customersOfReseller });
    const known = (await registry.byId('harbour'))!;
    const first = await registry.scopeOf(known);
    expect(first).toEqual(new Set(['c1', 'c2']));
    expect(await registry.scopeOf(known)).toBe(first);
    served.set('b', new Set());
    expect(await registry.callerOf(known)).toMatchObject({ id: 'portal:harbour', customers: new Set(['c1']) });
  });

  it('gives nobody to a portal by reseller where nobody says whose customers are whose', async () => {
    const { registry } = await aRegistry(aPortal({ customers: { resellers: ['a'] } }));
    expect(await registry.scopeOf((await registry.byId('harbour'))!)).toEqual(new Set());
  });
});
