import { isAtMicrosoft, type CaseFact, type EscalationRow } from './escalation.ts';
import { hourMs, fromIso } from '../core/clock.ts';
import { lateNow, plain, type MicrosoftClock } from './microsoft-clock.ts';
import { step, type Fold } from './news-fold.ts';
import { clocksOfCase } from './watched-case.ts';

/** So many latenesses are remembered as told: those of the latest words and promises. */
const toldMax = 20;
/** A case that has not been readable for this long is shown to people. */
const unreadableMs = hourMs;

const notes: Record<MicrosoftClock['clock'], (clock: MicrosoftClock) => string> = {
  'microsoft-first-response': ({ dueAt }) => `Microsoft has not responded: it was due on ${plain(dueAt)}.`,
  'microsoft-next-update': ({ dueAt }) => `Microsoft has not written as it promised: it was due on ${plain(dueAt)}.`,
  'microsoft-silence': ({ startedAt }) => `Microsoft has been silent since ${plain(startedAt)}.`,
};

/** Tells what Microsoft is late with, and that a case cannot be read: each lateness once, whichever way it was noticed. */
export function tellLateness(fold: Fold, facts: readonly CaseFact[]): void {
  if (!isAtMicrosoft(fold.row)) return;
  for (const late of lateNow(clocksOfCase(fold.row, fold.nowMs, facts))) {
    tellOnce(fold, late.key, { what: 'microsoft-late', note: notes[late.clock](late) });
  }
  const { unreadable } = fold.row;
  if (unreadable === undefined || fold.nowMs - fromIso(unreadable.since) < unreadableMs) return;
  const note = `The case cannot be read at Microsoft since ${plain(unreadable.since)}. ${unreadable.reason}`;
  tellOnce(fold, `unreadable|${unreadable.since}`, { what: 'case-unreadable', note });
}

type Told = { what: 'microsoft-late' | 'case-unreadable'; note: string };

function tellOnce(fold: Fold, key: string, told: Told): void {
  const known = fold.row.toldLate ?? [];
  if (known.includes(key)) return;
  step(fold, { ...told, change: { toldLate: [...known, key].slice(-toldMax) } satisfies Partial<EscalationRow> });
}
