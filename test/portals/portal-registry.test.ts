import { describe, expect, it } from 'vitest';
import { portalPartition, registerPortalOp, type Portal } from '../../shared/portals/portal.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
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
});
