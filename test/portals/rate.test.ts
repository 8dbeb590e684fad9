import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../shared/portals/rate.ts';
import { movedClock } from '../support/moved-clock.ts';

type Take = ReturnType<typeof createRateLimit>;

function takenOf(take: Take, id: string, calls: number): number {
  let taken = 0;
  for (let call = 0; call < calls; call++) {
    try {
      take({ id });
      taken++;
    } catch {
      continue;
    }
  }
  return taken;
}

describe('the rate limit', () => {
  it('takes a burst of 500 and then 50 a second, per caller', async () => {
    const { clock, advance } = movedClock();
    const take = createRateLimit(clock);
    expect(takenOf(take, 'portal:a', 600)).toBe(500);
    expect(takenOf(take, 'portal:b', 10)).toBe(10);
    await advance(1_000);
    expect(takenOf(take, 'portal:a', 600)).toBe(50);
    await advance(60_000);
    expect(takenOf(take, 'portal:a', 600)).toBe(500);
  });

  it('says when to come again', () => {
    const take = createRateLimit(movedClock().clock);
    takenOf(take, 'a', 500);
    expect(() => {
      take({ id: 'a' });
    }).toThrow(expect.objectContaining({ code: 'too-many-requests', extras: { retryAfterSeconds: 1 } }));
  });

  it('forgets the longest silent of very many callers, never the one that calls', () => {
    const take = createRateLimit(movedClock().clock);
    takenOf(take, 'flood', 500);
    for (let caller = 0; caller < 9_999; caller++) take({ id: `caller-${String(caller)}` });
    expect(takenOf(take, 'flood', 1)).toBe(0);
    for (let caller = 0; caller < 9_999; caller++) take({ id: `other-${String(caller)}` });
    expect(takenOf(take, 'flood', 1)).toBe(0);
  });
});

describe('the rate of a portal', () => {
  const rate = { perSecond: 5, burst: 10 };
  const taken = (take: Take, calls: number, its = rate) =>
    takenOf(
      (caller) => {
        take({ ...caller, rate: its });
      },
      'portal:a',
      calls,
    );

  it('is its own where it is smaller, and the desk’s where it asks for more', async () => {
    const { clock, advance } = movedClock();
    const take = createRateLimit(clock);
    expect(taken(take, 100)).toBe(10);
    await advance(1_000);
    expect(taken(take, 100)).toBe(5);
    expect(taken(createRateLimit(clock), 1_000, { perSecond: 999, burst: 999 })).toBe(500);
  });

  it('counts from the next call on when it is changed', async () => {
    const { clock, advance } = movedClock();
    const take = createRateLimit(clock);
    take({ id: 'portal:a' });
    expect(taken(take, 100)).toBe(10);
    await advance(1_000);
    expect(taken(take, 100, { perSecond: 50, burst: 500 })).toBe(50);
  });

  /** One floods with a hundred times what it may; the others call as fast as they may, and no faster. */
  it('of one that floods refuses or delays no call of another', () => {
    const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 500 }) });
    const property = fc.property(fc.array(rates, { minLength: 1, maxLength: 5 }), rates, (others, flood) => {
      let now = 0;
      const take = createRateLimit({ now: () => now });
      const begins = others.map(() => 0);
      let refused = 0;
      for (let n = 0; n < 200; n++) {
        now = n * 10;
        for (let call = 0; call < flood.perSecond; call++) {
          const calling: Take = ({ id }) => {
            take({ id, rate: flood });
          };
          refused += 1 - takenOf(calling, 'portal:flood', 1);
        }
        for (const [at, rate] of others.entries()) {
          if (now < begins[at]!) continue;
          take({ id: `portal:${String(at)}`, rate });
          begins[at]! += 1_000 / rate.perSecond;
        }
      }
      expect(refused).toBeGreaterThan(200 * flood.perSecond - flood.burst - 3 * flood.perSecond);
      // All that fell due was taken: nobody was refused (that throws) or is behind.
      for (const due of begins) expect(due).toBeGreaterThan(now);
    });
    fc.assert(property, { seed: 20_261_126, numRuns: 10 });
  });
});
