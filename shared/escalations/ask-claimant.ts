import { fromIso, toIso } from '../core/clock.ts';
import { askAgainAt, newsMs } from './asking.ts';
import type { EscalationEvent, EscalationRow } from './escalation.ts';
import { move, type Moved } from './escalation-rules.ts';
import { eventWake, stepWake } from './escalation-store.ts';
import { nextTurn } from './filing.ts';
import { againAt } from './filing-horizon.ts';
import { endStep, goOnAt, type Step } from './step.ts';

const whetherFiled =
  'The claim has ended, and nobody has said yet whether a case was filed: whoever claimed it is asked.';
const stillNotAccepted = 'Nobody has said yet whether the party that this was handed to accepts it.';
const howItGoes = 'The desk cannot read this case at Microsoft: whoever filed it is asked how it goes.';

/** The claim has run out: the case stays with its claimant, who is asked and, later, asked again. */
const filingAsked = (row: EscalationRow, nowMs: number): Moved =>
  ask(row, { what: 'filing-asked', since: row.askedAt ?? toIso(nowMs), note: whetherFiled, nowMs });

/** The time to accept has passed: told, and told again. */
const acceptanceLate = (row: EscalationRow, nowMs: number): Moved =>
  ask(row, { what: 'acceptance-late', since: row.askedAt ?? toIso(nowMs), note: stillNotAccepted, nowMs });

type Question = { what: EscalationEvent['what']; since: string; note: string; nowMs: number };

const ask = (row: EscalationRow, { what, since, note, nowMs }: Question): Moved =>
  move(row, {
    to: row.state,
    what,
    nowMs,
    note,
    change: { askedAt: since, askAgainAt: toIso(askAgainAt(row, since, nowMs)), turn: row.turn + 1 },
  });

/** The step of a claimed case. A prolonged claim has a turn of its own. */
export const askClaimant = async (step: Step): Promise<void> =>
  askOnce(step, { from: step.held.row.claimedUntil, ask: filingAsked });

/** The step of a case that was handed to another party. */
export const askAcceptance = async (step: Step): Promise<void> =>
  askOnce(step, { from: step.held.row.acceptBy, ask: acceptanceLate });

type Asking = { from: string | undefined; ask: (row: EscalationRow, nowMs: number) => Moved };

async function askOnce(step: Step, { from, ask }: Asking): Promise<void> {
  const { row } = step.held;
  const nowMs = step.deps.clock.now();
  const due = row.askAgainAt ?? from;
  const dueAt = due === undefined ? nowMs : fromIso(due);
  if (nowMs < dueAt) {
    await goOnAt(step, { after: nextTurn(row), dueAt: againAt(dueAt, nowMs) });
    return;
  }
  const { after, event } = ask(row, nowMs);
  const wakes = [eventWake(event, nowMs), stepWake(after, fromIso(after.askAgainAt ?? after.updatedAt))];
  await endStep(step, { after, event, wakes });
}

/**
 * When the claimant of a filed case that nothing can read is to be asked how it goes: so long after the last question, and after
 * the last word of Microsoft's that came by mail. Milliseconds since the epoch.
 */
export function newsDueAt(row: EscalationRow): number {
  const heardAt = row.heardAt ?? row.filedAt ?? row.createdAt;
  return Math.max(row.askAgainAt === undefined ? 0 : fromIso(row.askAgainAt), fromIso(heardAt) + newsMs(row));
}

/**
 * One step of a filed case that nothing can read, in state `following`: asks where it is time, and says when to come again. Ends
 * a step as `endStep(step, { after, event, wakes: [eventWake(event), stepWake(after, dueAt)] })`.
 */
export function askForNews(
  row: EscalationRow,
  nowMs: number,
): { after: EscalationRow; event?: EscalationEvent; dueAt: number } {
  const dueAt = newsDueAt(row);
  if (nowMs < dueAt) return { after: nextTurn(row), dueAt: againAt(dueAt, nowMs) };
  const nextAt = nowMs + newsMs(row);
  const change = { askAgainAt: toIso(nextAt), turn: row.turn + 1 };
  return { ...move(row, { to: 'following', what: 'news-asked', nowMs, note: howItGoes, change }), dueAt: nextAt };
}
