import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { aPerson } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

const noConsent = { status: 403 };

/** What the customer's own row says, as an intake finds it. */
async function rowOf(desk: HealthDesk, n: number) {
  const { openIncidentIds, coverage } = (await desk.customers.get(desk.id(n)))!;
  return { open: openIncidentIds.map(({ id }) => id), trouble: coverage.trouble?.code };
}

/** What the shard says of the same customer. */
async function healthOf(desk: HealthDesk, n: number) {
  const { services, coverage } = await customerHealth(desk.queryDeps, aPerson, desk.id(n));
  return { open: services.flatMap(({ incidentIds }) => incidentIds), trouble: coverage.trouble?.code };
}

/** The world as the run sees it that dies, and as every later run does. */
const worlds = {
  first: (desk: HealthDesk) => {
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0)] });
    desk.microsoft.faults.set(desk.tenant(1), noConsent);
  },
  later: (desk: HealthDesk) => {
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(3)], post: false });
    desk.microsoft.faults.clear();
    desk.microsoft.faults.set(desk.tenant(2), noConsent);
  },
};

describe('the row of a customer after a poll that died half-way', () => {
  const life = async ({ when, failAt }: { when: 'before' | 'after'; failAt: number }) => {
    let left = Number.POSITIVE_INFINITY;
    const fail = async () =>
      --left === 0 ? Promise.reject(unavailable('storage', new Error('cut'))) : Promise.resolve();
    const desk = aHealthDesk({ tables: { [when]: fail } });
    await desk.begin(4);
    await desk.advance(5 * 60_000);
    worlds.first(desk);
    left = failAt;
    await desk.drain().catch(() => undefined);
    const wasCut = left <= 0;
    left = Number.POSITIVE_INFINITY;
    worlds.later(desk);
    await desk.drain();
    await desk.cycle();
    await desk.cycle();
    return { desk, wasCut };
  };

  it.each(['before', 'after'] as const)('says what its shard says (cut %s any storage operation)', async (when) => {
    let failAt = 1;
    for (; failAt < 200; failAt++) {
      const { desk, wasCut } = await life({ when, failAt });
      if (!wasCut) break;
      const rows = await Promise.all([0, 1, 2, 3].map(async (n) => rowOf(desk, n)));
      expect(rows, `cut at operation ${String(failAt)}`).toEqual([
        { open: [], trouble: undefined },
        { open: [], trouble: undefined },
        { open: [], trouble: 'not-consented' },
        { open: ['EX1'], trouble: undefined },
      ]);
      expect(rows).toEqual(await Promise.all([0, 1, 2, 3].map(async (n) => healthOf(desk, n))));
    }
    expect(failAt).toBeGreaterThan(10);
  });

  it('is not left in a trouble that only the dead run saw', async () => {
    const desk = await aDeadRun((fresh) => {
      fresh.microsoft.faults.set(fresh.tenant(0), noConsent);
    });
    desk.microsoft.faults.clear();
    await desk.drain();
    await desk.cycle();
    expect(await rowOf(desk, 0)).toEqual({ open: [], trouble: undefined });
  });

  it('is not left clean where only the dead run saw a good answer', async () => {
    const desk = await aDeadRun((fresh) => {
      fresh.microsoft.faults.clear();
    }, noConsent);
    desk.microsoft.faults.set(desk.tenant(0), noConsent);
    await desk.drain();
    await desk.cycle();
    expect(await rowOf(desk, 0)).toEqual({ open: [], trouble: 'not-consented' });
  });

  /** A desk whose last run saw what `change` made of the world, and died as it was to commit that. */
  async function aDeadRun(change: (desk: HealthDesk) => void, fault?: typeof noConsent) {
    const desk = aHealthDesk();
    await desk.begin(2);
    if (fault) desk.microsoft.faults.set(desk.tenant(0), fault);
    await desk.cycle();
    await desk.advance(5 * 60_000);
    change(desk);
    const { table } = desk.memory.of('health');
    const real = { ...table };
    table.transact = async (pk, ops) =>
      pk.startsWith('shard|') ? Promise.reject(unavailable('storage', new Error('cut'))) : real.transact(pk, ops);
    await desk.drain().catch(() => undefined);
    table.transact = real.transact.bind(real);
    return desk;
  }
});

describe('the row of a customer', () => {
  it('is written by the run that won, not by one that was overtaken', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    await desk.advance(5 * 60_000);
    const [message] = desk.bus.ready().filter((held) => held.queue === 'health-polls');
    const wake = wakeMessageSchema.parse(message!.message.body);
    desk.microsoft.faults.set(desk.tenant(0), noConsent);
    const { table } = desk.memory.of('health');
    const real = { ...table };
    let isFirst = true;
    table.transact = async (pk, ops) => {
      if (pk.startsWith('shard|') && isFirst) {
        isFirst = false;
        desk.microsoft.faults.clear();
        await desk.polls.handle(wake, desk.scope);
      }
      return real.transact(pk, ops);
    };
    await desk.polls.handle(wake, desk.scope);
    await desk.cycle();
    expect(await rowOf(desk, 0)).toEqual({ open: [], trouble: undefined });
  });

  it('is not written by a run that comes to it when the next cycle is due', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.faults.set(desk.tenant(0), noConsent);
    const { table } = desk.memory.of('health');
    const real = { ...table };
    let isFirst = true;
    table.transact = async (pk, ops) => {
      const etags = await real.transact(pk, ops);
      if (pk.startsWith('shard|') && isFirst) {
        isFirst = false;
        desk.microsoft.faults.clear();
        await desk.cycle();
        await desk.cycle();
      }
      return etags;
    };
    await desk.cycle();
    expect(await rowOf(desk, 0)).toEqual({ open: [], trouble: undefined });
  });

  it('is set right by the next cycle where a write was on its way for longer than a run may take', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.faults.set(desk.tenant(0), noConsent);
    const { table } = desk.memory.of('customers');
    const real = { ...table };
    let isFirst = true;
    table.transact = async (pk, ops) => {
      if (isFirst) {
        isFirst = false;
        desk.microsoft.faults.clear();
        await desk.cycle();
      }
      return real.transact(pk, ops);
    };
    await desk.cycle();
    expect((await rowOf(desk, 0)).trouble).toBe('not-consented');
    await desk.cycle();
    expect(await rowOf(desk, 0)).toEqual({ open: [], trouble: undefined });
  });

  it('is cleared by the cycle after it left, where a run wrote it meanwhile', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0)] });
    const { table } = desk.memory.of('customers');
    const real = { ...table };
    let isFirst = true;
    table.transact = async (pk, ops) => {
      if (isFirst) {
        isFirst = false;
        const leftAt = desk.now();
        await desk.customers.change([desk.id(0)], (customer) => ({ ...customer, leftAt }));
        await desk.shards.put('emea', 0, [{ customerId: desk.id(0), tenantId: desk.tenant(0), leftAt }]);
      }
      return real.transact(pk, ops);
    };
    await desk.cycle();
    expect((await rowOf(desk, 0)).open).toEqual(['EX1']);
    await desk.cycle();
    expect(await rowOf(desk, 0)).toEqual({ open: [], trouble: undefined });
    expect((await desk.customers.get(desk.id(0)))!.leftAt).toBeDefined();
  });

  it('keeps what the directory writes at the same moment', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.faults.set(desk.tenant(0), noConsent);
    await desk.advance(5 * 60_000);
    const renamed = desk.customers.change([desk.id(0)], (customer) => ({ ...customer, name: 'renamed' }));
    await Promise.all([renamed, desk.drain()]);
    expect(await desk.customers.get(desk.id(0))).toMatchObject({
      name: 'renamed',
      coverage: { trouble: { code: 'not-consented' } },
    });
  });

  it('learns what was read before it was there', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.addTenants(1);
    desk.microsoft.faults.set(desk.tenant(2), noConsent);
    await desk.shards.put('emea', 0, [{ customerId: desk.id(2), tenantId: desk.tenant(2) }]);
    for (let cycle = 0; cycle < 3; cycle++) await desk.cycle();
    expect(await desk.customers.get(desk.id(2))).toBeUndefined();
    const { tenantId, customerId } = { tenantId: desk.tenant(2), customerId: desk.id(2) };
    await desk.customers.insert({ ...(await desk.customers.get(desk.id(1)))!, tenantId, customerId });
    await desk.cycle();
    expect(await rowOf(desk, 2)).toEqual({ open: [], trouble: 'not-consented' });
  });

  it('is told twice of news, because nobody knows whether a run came to it, and then costs nothing', async () => {
    const desk = aHealthDesk();
    await desk.begin(250);
    await desk.cycle();
    const { counts } = desk.memory.of('customers');
    const before = { ...counts };
    for (const { id } of desk.microsoft.tenants) desk.microsoft.faults.set(id, noConsent);
    for (let cycle = 0; cycle < 3; cycle++) await desk.cycle();
    expect(counts.written - before.written).toBe(500);
    expect({ ...counts, written: 0 }).toEqual({ ...before, written: 0, transact: before.transact + 6 });
  });
});
