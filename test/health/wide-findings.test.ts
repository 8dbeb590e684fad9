import { describe, expect, it } from 'vitest';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { readFeedState } from '../../shared/health/feed-state.ts';
import { fleetHealth } from '../../shared/health/fleet.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { aPerson, aPortal } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';
import type { Fault } from './scripted-microsoft.ts';

const tenants = 60;

const everybody = (desk: HealthDesk) => Array.from({ length: desk.microsoft.tenants.length }, (_, n) => n);
const troubles = async (desk: HealthDesk) => {
  const all = await Promise.all(
    everybody(desk).map(async (n) => customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(n) })),
  );
  return all.map(({ coverage }) => coverage.trouble?.code);
};
const rowTroubles = async (desk: HealthDesk) =>
  (await Promise.all(everybody(desk).map(async (n) => desk.customers.get(desk.id(n))))).map(
    (row) => row!.coverage.trouble?.code,
  );
const findings = async (desk: HealthDesk) => (await fleetHealth(desk.queryDeps, aPerson, {})).findings;
const gets = async (desk: HealthDesk, minutes = 5) => {
  const before = desk.microsoft.graphCalls().length;
  await desk.cycle(minutes);
  return desk.microsoft.graphCalls().length - before;
};

/** Cycles of the polls, and how many rows of customers they have written. */
function countedCycles(desk: HealthDesk) {
  const counts = { written: 0 };
  const cycle = async () => {
    await desk.untilDue();
    const before = desk.memory.of('customers').counts.written;
    await desk.drain();
    counts.written += desk.memory.of('customers').counts.written - before;
  };
  return { counts, cycle };
}

describe('trouble that most tenants meet', () => {
  it.each<[string, Fault]>([
    ['Graph answers 500', { status: 500 }],
    ['Graph is silent', { network: true }],
    ['Graph answers nothing that can be read', { status: 200, body: '{"value":' }],
    ['sign-in is away', { token: new TokenFailure('away', 'no') }],
  ])(
    'is one finding about Microsoft while %s, written on no customer’s row, and over by itself',
    async (_what, fault) => {
      const desk = aHealthDesk();
      await desk.begin(tenants);
      const { counts, cycle } = countedCycles(desk);
      desk.microsoft.faults.set('*', fault);
      await cycle();
      const since = desk.now();
      await cycle();
      expect(await findings(desk)).toEqual([
        { code: 'microsoft-down', since, share: 1, remedy: expect.stringContaining('Nothing') as string },
      ]);
      expect(new Set(await troubles(desk))).toEqual(new Set(['microsoft-down']));
      const one = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(7) });
      expect(one.coverage.trouble).toMatchObject({ since });
      expect(counts.written).toBe(0);
      expect((await readFeedState({ ...desk, bus: desk.bus.bus, clock: desk.clock })).findings).toMatchObject([
        { since },
      ]);

      for (let n = 0; n < 3; n++) await cycle();
      const stale = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(7) });
      expect(stale.services.map(({ status }) => status)).toEqual(['unknown', 'unknown']);

      desk.microsoft.faults.clear();
      await cycle();
      expect(await findings(desk)).toEqual([]);
      expect(new Set(await troubles(desk))).toEqual(new Set([undefined]));
      expect(counts.written).toBe(0);
      expect((await fleetHealth(desk.queryDeps, aPerson, {})).notCovered).toBe(0);
    },
  );

  it('is asked for by a sample, then by a few, and by all again once those are answered', async () => {
    const desk = aHealthDesk();
    await desk.begin(250);
    desk.microsoft.faults.set('*', { status: 503 });
    const first = await gets(desk);
    expect(first).toBeGreaterThanOrEqual(20);
    expect(first).toBeLessThanOrEqual(20 + 16);
    expect(await gets(desk)).toBe(4);
    expect(await gets(desk)).toBe(4);
    desk.microsoft.faults.clear();
    expect(await gets(desk)).toBe(250);
  });

  it('leaves a trouble of a tenant’s own as it was', async () => {
    const desk = aHealthDesk();
    await desk.begin(10);
    desk.microsoft.faults.set(desk.tenant(3), { status: 403 });
    await desk.cycle();
    const since = desk.now();
    desk.microsoft.faults.set('*', { status: 503 });
    desk.microsoft.faults.delete(desk.tenant(3));
    await desk.cycle();
    const own = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(3) });
    expect(own.coverage.trouble).toMatchObject({ code: 'not-consented', since });
    desk.microsoft.faults.clear();
    await desk.cycle();
    expect(new Set(await rowTroubles(desk))).toEqual(new Set([undefined]));
  });

  it('is each tenant’s own while it is not most of them, or fewer than three', async () => {
    const desk = aHealthDesk();
    await desk.begin(10);
    for (const n of [0, 1, 2, 3, 4]) desk.microsoft.faults.set(desk.tenant(n), { status: 500 });
    await desk.cycle();
    expect(await findings(desk)).toEqual([]);
    expect((await rowTroubles(desk)).filter((code) => code === 'microsoft-down')).toHaveLength(5);
    const small = aHealthDesk();
    await small.begin(2);
    small.microsoft.faults.set('*', { status: 500 });
    await small.cycle();
    expect(await findings(small)).toEqual([]);
    expect(await rowTroubles(small)).toEqual(['microsoft-down', 'microsoft-down']);
  });

  it('does not stand because of the few who cannot be read anyway', async () => {
    const desk = aHealthDesk();
    await desk.begin(40);
    desk.microsoft.faults.set('*', { status: 500 });
    await desk.cycle();
    desk.microsoft.faults.clear();
    for (const n of [0, 1, 2, 3]) desk.microsoft.faults.set(desk.tenant(n), { status: 500 });
    for (let cycle = 0; cycle < 4; cycle++) await desk.cycle();
    expect(await findings(desk)).toEqual([]);
    expect((await troubles(desk)).filter((code) => code !== undefined)).toHaveLength(4);
  });

  it('is told to a portal only where it concerns customers of its own', async () => {
    const desk = aHealthDesk();
    await desk.begin(10);
    desk.microsoft.faults.set('*', { status: 500 });
    desk.microsoft.faults.set(desk.tenant(0), { status: 403 });
    await desk.cycle();
    const seen = async (n: number) => (await fleetHealth(desk.queryDeps, aPortal(desk.id(n)), {})).findings;
    expect(await seen(1)).toMatchObject([{ code: 'microsoft-down', share: 1 }]);
    expect(await seen(0)).toEqual([]);
  });
});

describe('the partner’s dead refresh token', () => {
  it('is one finding of the connection, an alarm in the same cycle, and no trouble of who is read by the application', async () => {
    const told: string[] = [];
    const desk = aHealthDesk({}, { tellGrant: async (connectionId) => void told.push(connectionId) });
    await desk.begin(6);
    for (const n of [0, 1]) desk.microsoft.faults.set(`app ${desk.tenant(n)}`, { status: 403 });
    await desk.cycle();
    // Whom a cycle has told, the next one tells again.
    await desk.cycle();
    const { counts, cycle } = countedCycles(desk);
    for (const n of [0, 1]) {
      desk.microsoft.faults.set(`delegated ${desk.tenant(n)}`, { token: new TokenFailure('grant-dead', 'no') });
    }
    await cycle();
    const since = desk.now();
    expect(told).toEqual(['emea']);
    await cycle();
    expect(await findings(desk)).toEqual([
      {
        code: 'token',
        since,
        connectionId: 'emea',
        share: 0.333,
        remedy: expect.stringContaining('sign in') as string,
      },
    ]);
    expect(await troubles(desk)).toEqual(['token', 'token', undefined, undefined, undefined, undefined]);
    expect(counts.written).toBe(0);
    desk.microsoft.faults.delete(`delegated ${desk.tenant(0)}`);
    desk.microsoft.faults.delete(`delegated ${desk.tenant(1)}`);
    await cycle();
    expect(await findings(desk)).toEqual([]);
    expect(new Set(await troubles(desk))).toEqual(new Set([undefined]));
  });
});

describe('a throttled application', () => {
  const slow = { token: new TokenFailure('throttled', 'slow down', { retryAfterSeconds: 1_200 }) };

  it('is one finding, and pauses its shard for the time said', async () => {
    const desk = aHealthDesk();
    await desk.begin(40);
    desk.microsoft.faults.set('*', slow);
    await desk.cycle();
    const since = desk.now();
    expect(await findings(desk)).toMatchObject([{ code: 'throttled', since, share: 1 }]);
    expect(new Set(await troubles(desk))).toEqual(new Set(['throttled']));
    expect(new Set(await rowTroubles(desk))).toEqual(new Set([undefined]));
    desk.microsoft.faults.clear();
    const { coverage } = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) });
    expect(Date.parse(coverage.nextDueAt!) - Date.parse(since)).toBe(1_200_000);
    for (let cycle = 0; cycle < 3; cycle++) expect(await gets(desk)).toBe(0);
    expect(await gets(desk)).toBe(40);
    expect(await findings(desk)).toEqual([]);
    expect(new Set(await troubles(desk))).toEqual(new Set([undefined]));
  });

  it('is one finding, too, when Graph throttles most tenants; each waits for as long as it was told', async () => {
    const desk = aHealthDesk();
    await desk.begin(10);
    desk.microsoft.faults.set('*', { status: 429, retryAfter: '30' });
    desk.microsoft.faults.set(desk.tenant(0), { status: 429, retryAfter: '900' });
    await desk.cycle();
    expect(await findings(desk)).toMatchObject([{ code: 'throttled', share: 1 }]);
    desk.microsoft.faults.clear();
    expect(await gets(desk)).toBe(9);
    expect(await findings(desk)).toEqual([]);
    expect((await troubles(desk)).filter((code) => code !== undefined)).toEqual(['throttled']);
    for (let cycle = 0; cycle < 2; cycle++) await desk.cycle();
    expect(new Set(await troubles(desk))).toEqual(new Set([undefined]));
  });
});
