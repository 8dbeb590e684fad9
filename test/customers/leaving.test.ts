import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { aHealthDesk } from '../health/health-desk.ts';
import { nextPass, state } from './passes.ts';

describe('the directory, of those who are missing from the list,', () => {
  it('marks who has left and polls it no more; who comes back is polled again', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    const [gone] = desk.microsoft.tenants.splice(1, 1);
    await nextPass(desk);
    await nextPass(desk);
    const customers = (await desk.customers.page({ limit: 10 })).customers;
    const left = customers.filter(({ leftAt }) => leftAt !== undefined);
    expect(left.map(({ tenantId }) => tenantId)).toEqual([gone!.id]);
    const calls = desk.microsoft.graphCalls().length;
    await desk.cycle();
    expect(desk.microsoft.graphCalls().length - calls).toBe(2);
    desk.microsoft.tenants.push(gone!);
    await nextPass(desk);
    expect((await desk.customers.get(left[0]!.customerId))!.leftAt).toBeUndefined();
    await desk.cycle();
    const after = desk.microsoft.graphCalls().length;
    await desk.cycle();
    expect(desk.microsoft.graphCalls().length - after).toBe(3);
  });

  it('forgets the trouble of who has left: who comes back does not bring it along', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.faults.set(desk.tenant(1), { status: 403 });
    await desk.cycle();
    const id = desk.id(1);
    const [gone] = desk.microsoft.tenants.splice(1, 1);
    await nextPass(desk);
    await nextPass(desk);
    expect((await desk.customers.get(id))!.coverage).toEqual({});
    desk.microsoft.faults.clear();
    desk.microsoft.tenants.push(gone!);
    await nextPass(desk);
    await desk.cycle();
    const { leftAt, coverage } = (await desk.customers.get(id))!;
    expect({ leftAt, coverage }).toEqual({ leftAt: undefined, coverage: {} });
  });

  it('marks nobody as left for one list that leaves them out, nor for two with one between that does not', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    const leftAts = async () => (await desk.customers.page({ limit: 10 })).customers.map(({ leftAt }) => leftAt);
    for (let round = 0; round < 3; round++) {
      const [missing] = desk.microsoft.tenants.splice(1, 1);
      await nextPass(desk);
      expect(await leftAts()).toEqual([undefined, undefined, undefined]);
      desk.microsoft.tenants.splice(1, 0, missing!);
      await nextPass(desk);
    }
    expect(await leftAts()).toEqual([undefined, undefined, undefined]);
  });

  it('does not count a pass twice whose end had to be written twice', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    desk.microsoft.tenants.splice(1, 1);
    const { table } = desk.memory.of('customers');
    const real = { ...table };
    table.transact = async (pk, ops) =>
      pk.startsWith('directory|') ? Promise.reject(unavailable('storage', new Error('cut'))) : real.transact(pk, ops);
    await desk.advance(24 * 3_600_000);
    for (let run = 0; run < 3; run++) {
      await desk.drain().catch(() => undefined);
      await desk.advance(1_000);
    }
    table.transact = real.transact.bind(real);
    await desk.drain();
    const { customers } = await desk.customers.page({ limit: 10 });
    expect(customers.map(({ leftAt }) => leftAt)).toEqual([undefined, undefined, undefined]);
    await nextPass(desk);
    expect((await desk.customers.page({ limit: 10 })).customers.filter(({ leftAt }) => leftAt)).toHaveLength(1);
  });

  it.each([
    ['no headers', {}],
    ['null headers', { headers: null }],
    ['another header', { headers: [{ key: 'X-Other', value: '10' }] }],
    ['an empty token', { headers: [{ key: 'MS-ContinuationToken', value: '' }] }],
  ])('takes a next link with %s for a page that it cannot read, not for the last one', async (_name, link) => {
    const desk = aHealthDesk();
    desk.microsoft.options.pageSize = 10;
    await desk.begin(25);
    desk.microsoft.options.nextLink = link;
    const { lastDoneAt } = await state(desk);
    for (let day = 0; day < 3; day++) {
      await desk.advance(24 * 3_600_000);
      await desk.drain();
    }
    expect((await state(desk)).lastDoneAt).toBe(lastDoneAt);
    expect(desk.entries.filter(({ event }) => event === 'customers.directory-delayed').at(-1)!.fields).toMatchObject({
      reason: 'unreadable',
    });
    const { customers } = await desk.customers.page({ limit: 100 });
    expect(customers.filter(({ leftAt }) => leftAt !== undefined)).toEqual([]);
  });

  it('marks nobody as left when the list is empty or could not be read whole', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    const all = desk.microsoft.tenants.splice(0);
    await nextPass(desk);
    desk.microsoft.tenants.push(all[0]!, { ...all[1]!, id: 'not-a-tenant-id' });
    await nextPass(desk);
    const customers = (await desk.customers.page({ limit: 10 })).customers;
    expect(customers.map(({ leftAt }) => leftAt)).toEqual([undefined, undefined, undefined]);
  });
});
