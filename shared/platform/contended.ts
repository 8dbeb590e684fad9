import { backoffMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Random } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import { isRefusal } from './table.ts';

/** Two or three who meet are through without a wait. */
const promptTries = 4;
/** About as long as one try takes, so that a crowd spreads out. */
const wait = { baseMs: 10, maxMs: 320 };

/**
 * Tries a change anew for as long as storage refuses it because others were quicker: a few times at once, then after ever longer
 * waits of chance, so that a crowd gets through one after the other. Throws `unavailable` with `Retry-After` where they were
 * quicker all the time.
 */
export async function contended<T>(
  { clock, random }: { clock: Pick<Clock, 'now' | 'sleep'>; random: Random },
  attempt: () => Promise<T>,
): Promise<T> {
  const giveUpAt = clock.now() + limits.contendedMs;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const waitMs = tries < promptTries ? 0 : backoffMs(tries - promptTries, wait, random);
      if (clock.now() + waitMs > giveUpAt) throw crowded(error);
      if (waitMs > 0) await clock.sleep(waitMs);
    }
  }
}

const crowded = (cause: unknown): AppError =>
  new AppError('unavailable', 'Many are changing this at once. Nothing was changed by this call; try again.', {
    cause,
    retryAfterSeconds: 1,
  });
