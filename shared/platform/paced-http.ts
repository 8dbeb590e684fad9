import { secondMs, type Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { Http } from './http.ts';

/** What may be called how often: every URL that begins with `root`. */
type Budget = { root: string; perSecond: number };

/**
 * Keeps this instance within a budget for each upstream: calls beyond it wait their turn, so that no limit of Microsoft's is hit
 * because a fleet is read at once. A burst of some seconds' worth passes without waiting. Calls to anywhere else pass as they are.
 */
export function createPacedHttp(http: Http, clock: Pick<Clock, 'now' | 'sleep'>, budgets: readonly Budget[]): Http {
  const paces = budgets.map(({ root, perSecond }) => ({ root, take: createPace(clock, perSecond) }));
  return async (call) => {
    await paces.find(({ root }) => call.url.startsWith(root))?.take();
    return http(call);
  };
}

/** The generic cell rate algorithm: one number says until when all that was granted would take at the even pace. */
function createPace(clock: Pick<Clock, 'now' | 'sleep'>, perSecond: number): () => Promise<void> {
  const stepMs = secondMs / perSecond;
  const burstMs = limits.upstreamBurstSeconds * secondMs;
  let paidUntil = 0;
  return async () => {
    paidUntil = Math.max(paidUntil, clock.now()) + stepMs;
    const wait = Math.ceil(paidUntil - burstMs - clock.now());
    if (wait > 0) await clock.sleep(wait);
  };
}
