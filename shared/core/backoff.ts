import type { Random } from './ids.ts';

/** Exponential back-off with equal jitter: half of the step is certain, half is chance. Attempts count from 0. */
export function backoffMs(
  attempt: number,
  { baseMs, maxMs }: { baseMs: number; maxMs: number },
  random: Random,
): number {
  const step = Math.min(maxMs, baseMs * 2 ** attempt);
  return Math.round(step / 2 + (step / 2) * random());
}
