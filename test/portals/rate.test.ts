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
