import { describe, expect, it } from 'vitest';
import { createExpiringCache } from '../../shared/platform/expiring-cache.ts';
import { movedClock } from '../support/moved-clock.ts';

describe('an expiring cache', () => {
  it('loads once for all who ask together, and again after the end', async () => {
    const { clock, advance } = movedClock();
    const cache = createExpiringCache<number>(clock, 10);
    let loads = 0;
    const load = async () => ({ value: ++loads, until: clock.now() + 1_000 });
    expect(await Promise.all([cache('a', load), cache('a', load), cache('b', load)])).toEqual([1, 1, 2]);
    await advance(999);
    expect(await cache('a', load)).toBe(1);
    await advance(1);
    expect(await cache('a', load)).toBe(3);
  });

  it('keeps no failure', async () => {
    const cache = createExpiringCache<number>(movedClock().clock, 10);
    const fail = async () => Promise.reject(new Error('away'));
    await expect(Promise.all([cache('a', fail), cache('a', fail)])).rejects.toThrow('away');
    expect(await cache('a', async () => ({ value: 1, until: Infinity }))).toBe(1);
  });

  it('holds no more than its bound', async () => {
    const cache = createExpiringCache<string>(movedClock().clock, 2);
    const load = (value: string) => async () => ({ value, until: Infinity });
    for (const key of ['a', 'b', 'c']) await cache(key, load('first'));
    expect(await cache('a', load('second'))).toBe('second');
    expect(await cache('c', load('second'))).toBe('first');
  });
});
