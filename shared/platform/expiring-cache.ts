import type { Clock } from '../core/clock.ts';

/** A value and the time (milliseconds since the epoch) from which on it is loaded again. */
export type Kept<T> = { value: T; until: number };

/** The value under `key`, loaded where it is missing or has expired; `load` gets what was kept before. */
type ExpiringCache<T> = (key: string, load: (before: Kept<T> | undefined) => Promise<Kept<T>>) => Promise<T>;

/**
 * Loads once for everyone who asks at the same time. A load that fails is kept by nobody: the next caller tries again.
 * Beyond `maxEntries` the longest-loaded value goes.
 */
export function createExpiringCache<T>(clock: Pick<Clock, 'now'>, maxEntries: number): ExpiringCache<T> {
  const kept = new Map<string, Kept<T>>();
  const loading = new Map<string, Promise<Kept<T>>>();

  const keep = (key: string, fresh: Kept<T>): Kept<T> => {
    kept.delete(key);
    kept.set(key, fresh);
    const [oldest] = kept.keys();
    if (kept.size > maxEntries && oldest !== undefined) kept.delete(oldest);
    return fresh;
  };

  return async (key, load) => {
    const known = kept.get(key);
    if (known && clock.now() < known.until) return known.value;
    const running = loading.get(key) ?? load(known).then((fresh) => keep(key, fresh));
    loading.set(key, running);
    try {
      return (await running).value;
    } finally {
      if (loading.get(key) === running) loading.delete(key);
    }
  };
}
