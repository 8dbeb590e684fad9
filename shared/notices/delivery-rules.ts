import { fromIso, hourMs, minuteMs, secondMs, toIso } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import { retryAfterSeconds, type HttpAnswer, type HttpFailure } from '../platform/http.ts';
import type { Delivery } from './delivery.ts';

/** What came of one try. */
export type TryResult =
  | { kind: 'delivered'; status: number }
  | { kind: 'gone'; status: number }
  | { kind: 'skipped'; trouble: string }
  | { kind: 'failed'; trouble: string; status?: number; retryAfterMs?: number };

/** Waits after each failed try: eleven tries within about two days. Source: Standard Webhooks, "Deliverability and reliability". */
export const retryDelaysMs: readonly number[] = [
  5 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
];

/** Up to a fifth more, so that portals which failed together are not called together. */
const jitter = 0.2;

/** 2xx took it, 410 never will; everything else, redirects too, is a failure that may pass. */
export function resultOf(answer: HttpAnswer, nowMs: number): TryResult {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status === 410) return { kind: 'gone', status };
  const wait = retryAfterSeconds(answer, nowMs);
  return {
    kind: 'failed',
    trouble: `answered ${String(status)}`,
    status,
    ...(wait !== undefined && { retryAfterMs: wait * secondMs }),
  };
}

/** The status says it all: what a portal writes below it, or how long it takes to, is of no interest. */
export const resultOfFailure = ({ reason, status }: HttpFailure, nowMs: number): TryResult =>
  status === undefined ? { kind: 'failed', trouble: reason } : resultOf({ status, headers: {}, body: '' }, nowMs);

/** What a try changes of whatever is sent. */
type TriedField = 'state' | 'tries' | 'lastTryAt' | 'nextTryAt' | 'closedAt' | 'lastStatus' | 'lastTrouble';

/** The delivery after a try. It has a `nextTryAt` exactly when it is still pending. */
export function afterTry<Tried extends Pick<Delivery, TriedField>>(
  delivery: Tried,
  result: TryResult,
  { nowMs, random }: { nowMs: number; random: Random },
): Tried {
  const now = toIso(nowMs);
  const kept = { ...delivery, nextTryAt: undefined, lastStatus: undefined, lastTrouble: undefined };
  const tries = delivery.tries + 1;
  switch (result.kind) {
    case 'delivered':
    case 'gone':
      return { ...kept, state: result.kind, tries, lastTryAt: now, lastStatus: result.status, closedAt: now };
    case 'skipped':
      return { ...kept, state: 'skipped', lastTrouble: result.trouble, closedAt: now };
    case 'failed': {
      const { status: lastStatus, trouble: lastTrouble } = result;
      const tried = { ...kept, tries, lastTryAt: now, lastStatus, lastTrouble };
      const delayMs = retryDelaysMs[delivery.tries];
      if (delayMs === undefined) return { ...tried, state: 'given-up', closedAt: now };
      const waitMs = Math.max(delayMs * (1 + jitter * random()), result.retryAfterMs ?? 0);
      return { ...tried, nextTryAt: toIso(nowMs + waitMs) };
    }
  }
}

/** When the next try is due; undefined when there is none. */
export const nextTryMs = ({ nextTryAt }: Pick<Delivery, 'nextTryAt'>): number | undefined =>
  nextTryAt === undefined ? undefined : fromIso(nextTryAt);
