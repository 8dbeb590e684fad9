import { fromIso, hourMs, minuteMs } from '../core/clock.ts';
import type { Severity } from './case-severity.ts';
import type { MicrosoftClock } from './microsoft-clock.ts';

type Moment = {
  severity: Severity;
  clocks: readonly MicrosoftClock[];
  nowMs: number;
  /** The ordinary interval between two reads of a case. */
  syncMs: number;
};

const soonMs = 15 * minuteMs;
const justPassedMs = 30 * minuteMs;

const isOwed = ({ metAt, state }: MicrosoftClock): boolean => metAt === undefined && state !== 'paused';
const dueIn = ({ dueAt }: MicrosoftClock, nowMs: number): number => fromIso(dueAt) - nowMs;
/** A word that Microsoft owes by a time of its own, as against a silence, which is our word for it. */
const isPromised = ({ clock }: MicrosoftClock): boolean => clock !== 'microsoft-silence';

/** How often a case is read: the first line that fits counts. */
const paces: readonly { when: (moment: Moment) => boolean; everyMs: (moment: Moment) => number }[] = [
  {
    when: ({ clocks, nowMs }) =>
      clocks.some((clock) => isOwed(clock) && dueIn(clock, nowMs) <= soonMs && dueIn(clock, nowMs) > -justPassedMs),
    everyMs: ({ syncMs }) => Math.min(syncMs, minuteMs),
  },
  {
    when: ({ severity, clocks }) =>
      severity === 'minimal' && !clocks.some((clock) => isPromised(clock) && isOwed(clock)),
    everyMs: ({ syncMs }) => Math.max(syncMs, Math.min(hourMs, 12 * syncMs)),
  },
  { when: () => true, everyMs: ({ syncMs }) => syncMs },
];

export const syncEveryMs = (moment: Moment): number =>
  paces.find(({ when }) => when(moment))?.everyMs(moment) ?? moment.syncMs;

/** When the next clock is due that is not yet; a wait for an answer of ours has no end that is known. */
export function nextDueAt(clocks: readonly MicrosoftClock[], nowMs: number): number | undefined {
  // A clock is missed once its due time has passed.
  const ahead = clocks.filter(isOwed).map(({ dueAt }) => fromIso(dueAt) + 1);
  return ahead.filter((at) => at > nowMs).sort((a, b) => a - b)[0];
}
