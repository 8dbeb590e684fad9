import { describe, expect, it } from 'vitest';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { fleetHealth } from '../../shared/health/fleet.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { aPerson } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';
import type { Fault } from './scripted-microsoft.ts';

const token = (reason: TokenFailure['reason'], retryAfterSeconds?: number): Fault => ({
  token: new TokenFailure(reason, 'no', retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
});

const healthOf = async (desk: HealthDesk, n = 0) => customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(n) });

const callsFor = (desk: HealthDesk, n: number) =>
  desk.microsoft.graphCalls().filter(({ headers }) => headers.authorization?.includes(desk.tenant(n))).length;

describe('a trouble of one tenant', () => {
  it.each<[string, Fault, string]>([
    ['a 401', { status: 401 }, 'token'],
    ['a 403', { status: 403 }, 'not-consented'],
    ['a 404', { status: 404 }, 'microsoft-down'],
    ['a 429 that says when', { status: 429, retryAfter: '120' }, 'throttled'],
    ['a 429 that does not', { status: 429 }, 'throttled'],
    ['a 500', { status: 500 }, 'microsoft-down'],
    ['a time-out', { network: true }, 'microsoft-down'],
    ['an unknown refusal of the grant', token('invalid-grant'), 'token'],
    ['a sign-in policy', token('sign-in-policy'), 'token'],
    ['a tenant that is gone', token('tenant-unknown'), 'token'],
    ['an application that is gone', token('app-missing'), 'not-consented'],
    ['a consent that is gone', token('not-consented'), 'not-consented'],
  ])('after %s is said for whom and since when, and is over by itself', async (_what, fault, code) => {
    const desk = aHealthDesk();
    await desk.begin(5);
    desk.microsoft.faults.set(desk.tenant(0), fault);
    await desk.cycle();
    const since = desk.now();
    for (let cycle = 0; cycle < 5; cycle++) await desk.cycle();
    expect((await healthOf(desk)).coverage.trouble).toMatchObject({ code, since });
    expect((await healthOf(desk)).services.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
    expect((await healthOf(desk, 1)).coverage.trouble).toBeUndefined();
    expect(await fleetHealth(desk.queryDeps, aPerson, {})).toMatchObject({ notCovered: 1, findings: [] });

    desk.microsoft.faults.clear();
    for (let cycle = 0; cycle < 6; cycle++) await desk.cycle();
    expect((await healthOf(desk)).coverage.trouble).toBeUndefined();
    expect((await healthOf(desk)).services.map(({ status }) => status)).toEqual(['healthy', 'healthy']);
    expect((await fleetHealth(desk.queryDeps, aPerson, {})).notCovered).toBe(0);
    expect((await desk.customers.get(desk.id(0)))!).toMatchObject({ coverage: {}, access: { way: 'app' } });
  });
});

describe('a tenant that Graph throttles without saying for how long', () => {
  it('is left alone longer each time, up to half an hour, and asked as ever once it answers', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.faults.set(desk.tenant(0), { status: 429 });
    const asked: number[] = [];
    for (let cycle = 0; cycle < 48; cycle++) {
      const before = callsFor(desk, 0);
      await desk.cycle();
      if (callsFor(desk, 0) > before) asked.push(cycle);
    }
    const gaps = asked.slice(1).map((cycle, index) => (cycle - asked[index]!) * 5);
    expect(gaps.slice(0, 2)).toEqual([5, 5]);
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(15);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(35);
    expect(asked.length).toBeLessThan(16);
    desk.microsoft.faults.clear();
    for (let cycle = 0; cycle < 7; cycle++) await desk.cycle();
    const before = callsFor(desk, 0);
    await desk.cycle();
    await desk.cycle();
    expect(callsFor(desk, 0) - before).toBe(2);
  });

  it('does not come back at the same moment as its neighbours', async () => {
    const desk = aHealthDesk();
    await desk.begin(60);
    for (let n = 0; n < 25; n++) desk.microsoft.faults.set(desk.tenant(n), { status: 429 });
    for (let cycle = 0; cycle < 12; cycle++) await desk.cycle();
    const perCycle: number[] = [];
    for (let cycle = 0; cycle < 6; cycle++) {
      const before = desk.microsoft.graphCalls().length;
      await desk.cycle();
      perCycle.push(desk.microsoft.graphCalls().length - before - 35);
    }
    expect(perCycle.filter((count) => count > 0).length).toBeGreaterThan(2);
    expect(Math.max(...perCycle)).toBeLessThan(25);
  });
});
