import { describe, expect, it } from 'vitest';
import { seededRoleIds } from '../../local/microsoft/delegation.ts';
import { customers } from '../../local/microsoft/seed-world.ts';
import { dayMs, fromIso, toIso } from '../../shared/core/clock.ts';
import { createDelegationState } from '../../shared/customers/delegation.ts';
import { aDeskAtMicrosoft } from '../health/a-desk-at-microsoft.ts';

const tenantOf = (slug: string) => customers.find((one) => one.slug === slug)!.tenantId;

/** The desk after the timers have begun to read the relationships. */
async function aDelegatingDesk() {
  const desk = await aDeskAtMicrosoft();
  await desk.sweep();
  await desk.cycle(1);
  const gdap = async (slug: string) => (await desk.queries.customers.get(desk.idOf(slug)))!.gdap!;
  const state = async () =>
    createDelegationState(desk.queries, desk.queries.cloud)(desk.queries.cloud.connections[0].id);
  const calls = async (part: string) => {
    const { calls: all } = (await desk.microsoft.told()).body as { calls: { path: string; status: number }[] };
    return all.filter(({ path }) => path.includes(part));
  };
  return { ...desk, gdap, state, calls };
}

describe('delegation at the simulated Microsoft', () => {
  it('is read for every customer, with the roles that the assignment gives', async () => {
    const { gdap, state, calls } = await aDelegatingDesk();
    for (const { slug } of customers) {
      expect(await gdap(slug)).toMatchObject({ status: 'active', roleIds: seededRoleIds });
    }
    expect(await calls('/accessAssignments')).toHaveLength(customers.length);
    expect((await state()).trouble).toBeUndefined();
  });

  it('follows a relationship that ends, and warns of it', async () => {
    const { microsoft, gdap, cycle, entries, idOf, now } = await aDelegatingDesk();
    const endsAt = toIso(fromIso(now()) + 5 * dayMs);
    await microsoft.control({ scenario: { gdap: { tenantId: tenantOf('larkmead'), endsAt } } });
    await cycle(15);
    expect(await gdap('larkmead')).toMatchObject({ endsAt, warnedDays: 7 });
    await cycle(15);
    expect(entries.filter(({ event }) => event === 'customers.gdap-ending').map(({ fields }) => fields)).toEqual([
      { customerId: idOf('larkmead'), days: 7, endsAt },
    ]);
  });

  it('sees the role that an assignment lacks, with which nobody reads the tenant either', async () => {
    const { microsoft, gdap, cycle } = await aDelegatingDesk();
    const roles = ['88d8e3e3-8f55-4a1e-953a-9b9898b8876b'];
    const tenantId = tenantOf('larkmead');
    await microsoft.control({ scenario: { gdap: { tenantId, roles } } });
    await cycle(15);
    expect((await gdap('larkmead')).roleIds).toEqual(roles);
    const headers = await microsoft.userBearer(tenantId, 'https://graph.microsoft.com');
    const overview = '/graph/v1.0/admin/serviceAnnouncement/healthOverviews';
    expect((await microsoft.call(overview, { headers })).status).toBe(403);
  });

  it('keeps what is known through a fault of the list, says so, and recovers by itself', async () => {
    const { microsoft, gdap, state, cycle } = await aDelegatingDesk();
    const before = await gdap('larkmead');
    await microsoft.control({ fault: { match: 'graph.delegatedAdminRelationships.get', status: 403, times: 2 } });
    await cycle(15);
    expect((await state()).trouble).toMatchObject({ reason: 'refused', status: 403 });
    expect(await gdap('larkmead')).toEqual(before);
    await cycle(1);
    await cycle(2);
    expect((await state()).trouble).toBeUndefined();
  });

  it('is kept waiting by a refused assignment only for that relationship', async () => {
    const { microsoft, gdap, state, cycle } = await aDelegatingDesk();
    await microsoft.control({ fault: { match: 'graph.accessAssignments.get', status: 404, times: 1 } });
    await microsoft.control({ scenario: { gdap: { tenantId: tenantOf('larkmead'), endsAt: '2027-11-24T09:00:00Z' } } });
    await cycle(15);
    expect((await gdap('larkmead')).roleIds).toBeUndefined();
    expect((await state()).trouble).toMatchObject({ reason: 'roles-unread' });
    for (let n = 0; n < 5; n++) await cycle(15);
    expect((await gdap('larkmead')).roleIds).toEqual(seededRoleIds);
  });
});
