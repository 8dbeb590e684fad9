import { describe, expect, it } from 'vitest';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { aPerson } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

const noConsent = { status: 403 };
const stateOf = async (desk: HealthDesk, n: number) => {
  const { asOf, coverage } = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(n) });
  const row = (await desk.customers.get(desk.id(n)))!;
  return {
    isCurrent: asOf === desk.now(),
    trouble: coverage.trouble?.code,
    way: row.access.way,
    rowTrouble: row.coverage.trouble?.code,
  };
};

/** Sets what the directory knows of the partner's relationship with a customer. */
const knowDelegation = async (desk: HealthDesk, n: number, endsAt?: string) =>
  desk.shards.put('emea', 0, [
    { customerId: desk.id(n), tenantId: desk.tenant(n), delegation: endsAt === undefined ? {} : { endsAt } },
  ]);

const inDays = (desk: HealthDesk, days: number) => new Date(Date.parse(desk.now()) + days * 86_400_000).toISOString();

const callsFor = (desk: HealthDesk, n: number) =>
  desk.microsoft.graphCalls().filter(({ headers }) => headers.authorization?.includes(desk.tenant(n))).length;

describe('a tenant with two ways in', () => {
  it('is read through GDAP in the very cycle in which the application’s way fails, and by one GET from then on', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.faults.set(`app ${desk.tenant(0)}`, noConsent);
    const before = callsFor(desk, 0);
    await desk.cycle();
    expect(await stateOf(desk, 0)).toEqual({ isCurrent: true, trouble: undefined, way: 'gdap', rowTrouble: undefined });
    expect(callsFor(desk, 0) - before).toBe(2);
    await desk.cycle();
    expect(callsFor(desk, 0) - before).toBe(3);
    expect(await stateOf(desk, 1)).toMatchObject({ isCurrent: true, way: 'app' });
  });

  it('falls back to the application when GDAP fails', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    desk.microsoft.faults.set(`app ${desk.tenant(0)}`, noConsent);
    await desk.cycle();
    desk.microsoft.faults.clear();
    desk.microsoft.faults.set(`delegated ${desk.tenant(0)}`, noConsent);
    await desk.cycle();
    expect(await stateOf(desk, 0)).toMatchObject({ isCurrent: true, trouble: undefined, way: 'app' });
  });

  it('does not try the other way for a trouble that both would meet', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    for (const fault of [{ status: 500 }, { status: 429 }, { network: true }]) {
      desk.microsoft.faults.set(`app ${desk.tenant(0)}`, fault);
      const before = callsFor(desk, 0);
      await desk.cycle();
      expect(callsFor(desk, 0) - before).toBe(1);
      await desk.cycle(30);
    }
  });

  it('is not asked through a relationship that is not there', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    await knowDelegation(desk, 0);
    desk.microsoft.faults.set(`app ${desk.tenant(0)}`, noConsent);
    const before = callsFor(desk, 0);
    await desk.cycle();
    expect(callsFor(desk, 0) - before).toBe(1);
    expect(await stateOf(desk, 0)).toMatchObject({
      trouble: 'not-consented',
      rowTrouble: 'not-consented',
      way: 'none',
    });
  });

  it('has a trouble while both ways fail, and neither trouble nor memory of it when one works again', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    desk.microsoft.faults.set(desk.tenant(0), noConsent);
    await desk.cycle();
    expect(await stateOf(desk, 0)).toMatchObject({ isCurrent: false, trouble: 'not-consented', way: 'none' });
    desk.microsoft.faults.clear();
    desk.microsoft.faults.set(`app ${desk.tenant(0)}`, noConsent);
    await desk.cycle();
    expect(await stateOf(desk, 0)).toEqual({ isCurrent: true, trouble: undefined, way: 'gdap', rowTrouble: undefined });
  });

  it('says what lies behind a code where that calls for something else', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    await knowDelegation(desk, 0, inDays(desk, 300));
    desk.microsoft.faults.set(`app ${desk.tenant(0)}`, noConsent);
    desk.microsoft.faults.set(`delegated ${desk.tenant(0)}`, { token: new TokenFailure('sign-in-policy', 'no') });
    desk.microsoft.faults.set(desk.tenant(1), { token: new TokenFailure('tenant-unknown', 'no') });
    await desk.cycle();
    const troubleOf = async (n: number) =>
      (await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(n) })).coverage.trouble;
    expect(await troubleOf(0)).toMatchObject({ code: 'token', cause: 'sign-in-policy' });
    expect((await troubleOf(0))!.remedy).toContain('Conditional Access');
    expect(await troubleOf(1)).toMatchObject({ code: 'token', cause: 'tenant-unknown' });
    expect((await desk.customers.get(desk.id(0)))!.coverage.trouble).toMatchObject({ cause: 'sign-in-policy' });
  });
});

describe('the end of a delegated relationship', () => {
  it('is warned of while the tenant is read well, and its health stays known', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    await knowDelegation(desk, 0, inDays(desk, 31));
    await desk.cycle();
    expect(await stateOf(desk, 0)).toMatchObject({ isCurrent: true, trouble: undefined });
    await desk.advance(86_400_000);
    await desk.drain();
    await desk.cycle();
    expect(await stateOf(desk, 0)).toMatchObject({
      isCurrent: true,
      trouble: 'gdap-ending',
      rowTrouble: 'gdap-ending',
    });
    expect((await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) })).services[0]!.status).toBe(
      'healthy',
    );
    await knowDelegation(desk, 0, inDays(desk, 400));
    await desk.cycle();
    expect(await stateOf(desk, 0)).toMatchObject({ isCurrent: true, trouble: undefined, rowTrouble: undefined });
  });

  it('is shown where the application still reads the tenant, and is what must be mended where it does not', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    for (const n of [0, 1]) await knowDelegation(desk, n, inDays(desk, 0.01));
    desk.microsoft.faults.set(`app ${desk.tenant(1)}`, noConsent);
    await desk.cycle();
    expect(await stateOf(desk, 1)).toMatchObject({ isCurrent: true, trouble: 'gdap-ending', way: 'gdap' });
    await desk.cycle(15);
    expect(await stateOf(desk, 0)).toMatchObject({ isCurrent: true, trouble: 'gdap-expired', way: 'app' });
    expect(await stateOf(desk, 1)).toMatchObject({ isCurrent: false, trouble: 'gdap-expired', way: 'none' });
    await knowDelegation(desk, 1, inDays(desk, 700));
    await desk.cycle();
    expect(await stateOf(desk, 1)).toMatchObject({ isCurrent: true, trouble: undefined, way: 'gdap' });
  });

  it('costs nothing in the cycles after it was told', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    await knowDelegation(desk, 0, inDays(desk, 20));
    await desk.cycle();
    await desk.cycle();
    await desk.untilDue();
    const settled = { ...desk.memory.of('customers').counts };
    const written = desk.memory.of('health').counts.written;
    await desk.drain();
    expect(desk.memory.of('customers').counts).toEqual(settled);
    expect(desk.memory.of('health').counts.written - written).toBe(3);
  });
});
