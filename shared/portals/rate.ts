import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { TakeTurn } from '../platform/route.ts';

type Bucket = { tokens: number; at: number };

/** Callers beyond this are forgotten, the longest silent first: nearly always a bucket that is full again. */
const maxCallers = 10_000;

/** A token bucket per caller and instance: a burst, and then so many calls a second. */
export function createRateLimit(clock: Pick<Clock, 'now'>): TakeTurn {
  const buckets = new Map<string, Bucket>();
  const perMs = limits.portalRatePerSecond / 1_000;
  return (callerId) => {
    const now = clock.now();
    const before = buckets.get(callerId) ?? { tokens: limits.portalBurst, at: now };
    const elapsedMs = Math.max(0, now - before.at);
    const tokens = Math.min(limits.portalBurst, before.tokens + elapsedMs * perMs);
    const taken = tokens >= 1;
    buckets.delete(callerId);
    buckets.set(callerId, { tokens: taken ? tokens - 1 : tokens, at: now });
    const [oldest] = buckets.keys();
    if (buckets.size > maxCallers && oldest !== undefined) buckets.delete(oldest);
    if (taken) return;
    throw new AppError('too-many-requests', `At most ${String(limits.portalRatePerSecond)} calls a second are taken.`, {
      retryAfterSeconds: Math.max(1, Math.ceil((1 - tokens) / limits.portalRatePerSecond)),
    });
  };
}
