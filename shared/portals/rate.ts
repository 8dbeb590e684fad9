import type { Rate } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { TakeTurn } from '../platform/route.ts';

type Bucket = { tokens: number; at: number };

/** Callers beyond this are forgotten, the longest silent first: nearly always a bucket that is full again. */
const maxCallers = 10_000;

const deskRate: Rate = { perSecond: limits.portalRatePerSecond, burst: limits.portalBurst };

/** What a caller may, where a portal's own rate is smaller than the desk's. */
const within = ({ perSecond, burst }: Rate): Rate => ({
  perSecond: Math.min(perSecond, deskRate.perSecond),
  burst: Math.min(burst, deskRate.burst),
});

/** A token bucket per caller and instance: a burst, and then so many calls a second. */
export function createRateLimit(clock: Pick<Clock, 'now'>): TakeTurn {
  const buckets = new Map<string, Bucket>();
  return ({ id, rate = deskRate }) => {
    const { perSecond, burst } = within(rate);
    const now = clock.now();
    const before = buckets.get(id) ?? { tokens: burst, at: now };
    const elapsedMs = Math.max(0, now - before.at);
    const tokens = Math.min(burst, before.tokens + (elapsedMs * perSecond) / 1_000);
    const taken = tokens >= 1;
    buckets.delete(id);
    buckets.set(id, { tokens: taken ? tokens - 1 : tokens, at: now });
    const [oldest] = buckets.keys();
    if (buckets.size > maxCallers && oldest !== undefined) buckets.delete(oldest);
    if (taken) return;
    throw new AppError('too-many-requests', `At most ${String(perSecond)} calls a second are taken.`, {
      retryAfterSeconds: Math.max(1, Math.ceil((1 - tokens) / perSecond)),
    });
  };
}
