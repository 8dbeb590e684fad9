import { fromIso } from './clock.ts';

/** A time in which a clock stands still; without `to` it does so now. ISO texts. */
export type Pause = { from: string; to?: string; why: string };

/** At `at` a reason to stand still begins or ends. */
export type Switch = { at: string; isOn: boolean };

/** How a clock counts: every millisecond, or those of published hours. `after` is undefined where they never add up. */
export type Counting = {
  between: (fromMs: number, toMs: number) => number;
  after: (fromMs: number, ms: number) => number | undefined;
};

const roundTheClock: Counting = { between: (from, to) => to - from, after: (from, ms) => from + ms };

/** The times in which the reason held, in order. A switch to what it is already changes nothing. */
export function pausesOf(switches: readonly Switch[], why: string): Pause[] {
  const pauses: Pause[] = [];
  for (const { at, isOn } of switches.toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
    const open = pauses.at(-1);
    const isOpen = open !== undefined && open.to === undefined;
    if (isOn && !isOpen) pauses.push({ from: at, why });
    if (!isOn && isOpen) open.to = at;
  }
  return pauses.filter(({ from, to }) => from !== to);
}

/** What of the pauses lies after a clock's start, and before its end where it has one. */
export const pausesWithin = (pauses: readonly Pause[], start: string, end: string | undefined): Pause[] =>
  pauses.flatMap(({ from, to, why }) => {
    const isOutside = (end !== undefined && from >= end) || (to !== undefined && to <= start);
    if (isOutside) return [];
    const last = to !== undefined && (end === undefined || to < end) ? to : end;
    return [{ from: from < start ? start : from, ...(last !== undefined && { to: last }), why }];
  });

type Run = { startMs: number; nowMs: number; pauses: readonly Pause[]; counting?: Counting };

/** When so much active time has passed since the start, if nothing stops the clock from now on. Pauses do not overlap. */
export function dueAfter(
  allowanceMs: number,
  { startMs, nowMs, pauses, counting = roundTheClock }: Run,
): number | undefined {
  let at = startMs;
  let left = allowanceMs;
  for (const { from, to } of pauses) {
    const used = counting.between(at, Math.max(at, fromIso(from)));
    if (used >= left) break;
    left -= used;
    at = Math.max(fromIso(from), to === undefined ? nowMs : fromIso(to));
  }
  return counting.after(at, left);
}
