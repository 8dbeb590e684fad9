import type { Clock } from '../core/clock.ts';
import { ReadFailure } from './service-health.ts';

/** Waits for a reading as long as there is time. Throws {@link ReadFailure} where it does not end by then. */
type InTime = <T>(reading: Promise<T>) => Promise<T>;

/**
 * Does something with readings that may take `ms` milliseconds together. Every call has a time-out of its own, but pages, ways and
 * waiting for a turn add up: one tenant whose answer has no end must not cost a shard what it learned of the others.
 */
export async function whileInTime<T>(
  clock: Pick<Clock, 'sleep'>,
  ms: number,
  work: (inTime: InTime) => Promise<T>,
): Promise<T> {
  const isDone = new AbortController();
  const givenUp = clock.sleep(ms, isDone.signal).then((): never => {
    throw new ReadFailure('microsoft-down', 'The answer took too long.');
  });
  // Nobody may be waiting when time is up, or when all is done.
  givenUp.catch(() => undefined);
  try {
    return await work(async (reading) => Promise.race([reading, givenUp]));
  } finally {
    isDone.abort();
  }
}
