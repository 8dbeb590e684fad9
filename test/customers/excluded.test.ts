import { describe, expect, it } from 'vitest';
import { directoryRoutes } from '../../functions/directory.http.ts';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { fleetHealth } from '../../shared/health/fleet.ts';
import { aPerson, aPortal } from '../health/callers.ts';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';
import { nextPass } from './passes.ts';

async function call(desk: HealthDesk, name: string, { id, body }: { id?: string; body?: unknown } = {}) {
  const route = directoryRoutes({ ...desk, store: desk.customers }).find((one) => one.name === name)!;
  const headers = new Headers();
  const raw = new Uint8Array();
  const { status, body: answer } = await route.handle({
    params: { id },
    query: undefined,
    body,
    caller: aPerson,
    headers,
    raw,
    scope: desk.scope,
  });
  return { status, body: answer as Record<string, unknown> };
}

const readings = async (desk: HealthDesk) => {
  const before = desk.microsoft.graphCalls().length;
  await desk.cycle();
  return desk.microsoft.graphCalls().length - before;
};

describe('an excluded customer', () => {
  it('is listed, is not polled, and says so: it is never healthy', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0)] });
    await desk.cycle();
    const { status, body } = await call(desk, 'changeCustomer', { id: desk.id(0), body: { excluded: true } });
    expect({ status, body }).toMatchObject({ status: 200, body: { excluded: true, coverage: { excluded: true } } });
    expect(body.openIncidentIds).toEqual([]);
    expect(await readings(desk)).toBe(2);
    expect(await readings(desk)).toBe(2);
    const health = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) });
    expect(health.coverage).toMatchObject({ excluded: true, nextDueAt: null });
    expect(health.services.filter(({ status: level }) => level !== 'unknown')).toEqual([]);
    expect((await desk.customers.get(desk.id(0)))!.openIncidentIds).toEqual([]);
    for (const caller of [aPerson, aPortal(desk.id(0), desk.id(1), desk.id(2))]) {
      const fleet = await fleetHealth(desk.queryDeps, caller, {});
      expect(fleet.services.find(({ id }) => id === 'Exchange')!.counts.healthy).toBe(2);
      expect(fleet.notCovered).toBe(0);
    }
  });

  it('stays excluded through every pass of the directory, and is polled again when it is wanted again', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    await call(desk, 'changeCustomer', { id: desk.id(1), body: { excluded: true } });
    for (let day = 0; day < 8; day++) await nextPass(desk);
    const [gone] = desk.microsoft.tenants.splice(1, 1);
    for (let day = 0; day < 2; day++) await nextPass(desk);
    desk.microsoft.tenants.splice(1, 0, gone!);
    await nextPass(desk);
    await desk.cycle();
    expect(await readings(desk)).toBe(2);
    const { body } = await call(desk, 'changeCustomer', { id: desk.id(1), body: { excluded: false } });
    expect(body).toMatchObject({ excluded: false, coverage: {} });
    expect(await readings(desk)).toBe(3);
  });

  it('is what a new customer is where the partner wants it so', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    expect((await call(desk, 'readDirectoryDefaults')).body).toEqual({ newCustomers: 'included' });
    await call(desk, 'setDirectoryDefaults', { body: { newCustomers: 'excluded' } });
    expect((await call(desk, 'readDirectoryDefaults')).body).toEqual({ newCustomers: 'excluded' });
    desk.microsoft.addTenants(2);
    await nextPass(desk);
    await desk.cycle();
    expect(await readings(desk)).toBe(2);
    const excluded = await Promise.all(
      [0, 1, 2, 3].map(async (n) => (await desk.customers.get(desk.id(n)))!.isExcluded),
    );
    expect(excluded).toEqual([undefined, undefined, true, true]);
  });

  it('is left polled, not unread in silence, by a call that dies half-way', async () => {
    for (const isExcluded of [true, false]) {
      const desk = aHealthDesk();
      await desk.begin(1);
      if (!isExcluded) await call(desk, 'changeCustomer', { id: desk.id(0), body: { excluded: true } });
      const second = desk.memory.of(isExcluded ? 'health' : 'customers').table;
      const transact = second.transact.bind(second);
      second.transact = async () => Promise.reject(new Error('cut'));
      await expect(call(desk, 'changeCustomer', { id: desk.id(0), body: { excluded: isExcluded } })).rejects.toThrow(
        'cut',
      );
      second.transact = transact;
      expect(await readings(desk)).toBe(1);
      await call(desk, 'changeCustomer', { id: desk.id(0), body: { excluded: isExcluded } });
      expect(await readings(desk)).toBe(isExcluded ? 0 : 1);
    }
  });

  it('is a 404 where there is no such customer', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    for (const excluded of [true, false]) {
      await expect(
        call(desk, 'changeCustomer', { id: 'caaaaaaaaaaaaaaaaaaaa', body: { excluded } }),
      ).rejects.toMatchObject({
        code: 'not-found',
      });
    }
  });
});
