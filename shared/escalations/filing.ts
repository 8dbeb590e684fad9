import { dayMs, fromIso, minuteMs, secondMs, toIso } from '../core/clock.ts';
import { hashOf } from '../core/hash.ts';
import { AppError } from '../core/errors.ts';
import type { Random } from '../core/ids.ts';
import { backoffMs } from '../core/backoff.ts';
import { channelTable } from './channel-table.ts';
import type { EscalationRow } from './escalation.ts';
import { illegalMove, move, type Moved } from './escalation-rules.ts';
import { settled, type Doubt } from './restored.ts';
import { refusals, type CaseState, type Passing, type RefusalCode } from './filing-channel.ts';

/** What a filing does next: put the ticket, look for it by its name, or ask how the accepted filing goes on. */
export type NextStep = 'submit' | 'look' | 'poll';

export function nextStep(row: Pick<EscalationRow, 'intentAt' | 'operation'>): NextStep {
  if (row.operation !== undefined) return 'poll';
  return row.intentAt === undefined ? 'submit' : 'look';
}

/** From when on a ticket that was looked for and not found may be put again. */
export const settledAt = (row: Pick<EscalationRow, 'intentAt'>, settleMs: number): number =>
  row.intentAt === undefined ? 0 : fromIso(row.intentAt) + settleMs;

const troubleBackoff = { baseMs: 10 * secondMs, maxMs: 10 * minuteMs };
/** A filing sleeps no longer than this for what passes: after an outage all of them go on within ten minutes. */
export const filingSleepMs = 6 * minuteMs;
const defaultPollMs = 10 * secondMs;

type Trouble = { nowMs: number; random: Random; retryAfterSeconds?: number | undefined; maxMs?: number };

/** Later, with back-off, and not before the other side wants to be asked again. Nothing that people see changes. */
export function troubled<Tried extends Pick<EscalationRow, 'failures' | 'turn'>>(
  row: Tried,
  { nowMs, random, retryAfterSeconds = 0, maxMs = troubleBackoff.maxMs }: Trouble,
): { after: Tried; dueAt: number } {
  const wait = Math.max(retryAfterSeconds * secondMs, backoffMs(row.failures, { ...troubleBackoff, maxMs }, random));
  return { after: { ...row, failures: row.failures + 1, turn: row.turn + 1 }, dueAt: nowMs + wait };
}

/** Whatever was wrong is over. */
export const untroubled = { failures: 0, doubtedSince: undefined } as const;

/** Long enough for a person to mend a credential or a role, short enough that nobody waits for nothing. */
const doubtMs = dayMs;

/** The row with the beginning of a refusal that may pass. */
export const doubted = <Tried extends Pick<EscalationRow, 'doubtedSince'>>(
  row: Tried,
  { doubt }: Pick<Passing, 'doubt'>,
  nowMs: number,
): Tried => (doubt ? { ...row, doubtedSince: row.doubtedSince ?? toIso(nowMs) } : row);

/** As what to park a refusal that has not passed; undefined as long as it may. A try whose end is not known is unverified. */
export function lastingCode(
  row: Pick<EscalationRow, 'doubtedSince' | 'intentAt'>,
  { doubt }: Pick<Passing, 'doubt'>,
  nowMs: number,
): RefusalCode | undefined {
  if (!doubt || row.doubtedSince === undefined || nowMs - fromIso(row.doubtedSince) < doubtMs) return undefined;
  return row.intentAt === undefined ? doubt.code : 'unverified';
}

const takenBack = 'The request was resolved or closed before a case was filed.';

/** The request was taken back, or its texts are gone, before anything was filed. */
export const cancelled = (row: EscalationRow, nowMs: number, note = takenBack): Moved =>
  move(withoutIntent(row), {
    to: 'cancelled',
    what: 'cancelled',
    nowMs,
    change: { ...untroubled, turn: row.turn + 1 },
    note,
  });

type Redrive = { nowMs: number; by: string; byHand?: true | undefined; looked?: true | undefined };

/**
 * A person has mended what parked it: the case goes its way again, and an intent still says to look first. `byHand`: a person
 * files it instead of the desk; where a ticket may exist, only once somebody `looked` for it.
 */
export function redriven(row: EscalationRow, { nowMs, by, byHand, looked }: Redrive): Moved {
  const to = byHand ? 'awaiting-filing' : channelTable[row.channel].begins;
  if (row.state !== 'parked') throw illegalMove(row.state, to);
  const change = { ...untroubled, parkedReason: undefined, turn: row.turn + 1 };
  if (!byHand) return move(row, { to, what: 'redriven', nowMs, by, change });
  if ((row.intentAt !== undefined || row.restoredAt !== undefined) && !looked) {
    throw new AppError(
      'illegal-transition',
      'A ticket may exist: look for the packet’s marker in the portal. Then say {"byHand":true,"looked":true}, and tell its number if it is there.',
      { members: { from: row.state, to } },
    );
  }
  const note = 'A person files it in the portal instead of the desk.';
  return move(withoutIntent(row), {
    to,
    what: 'redriven',
    nowMs,
    by,
    note,
    change: { ...change, ...settled, channel: 'assisted' },
  });
}

export const nextTurn = (row: EscalationRow, change: Partial<EscalationRow> = {}): EscalationRow => ({
  ...row,
  ...change,
  turn: row.turn + 1,
});

/** Written before the first byte goes out, so that whoever comes after a crash knows that a ticket may exist. */
export const intend = (row: EscalationRow, nowMs: number): EscalationRow => ({
  ...row,
  attempt: row.attempt + 1,
  intentAt: toIso(nowMs),
  operation: undefined,
});

/** The end of the try is known to be none: nothing has to be looked for. */
export const withoutIntent = (row: EscalationRow): EscalationRow => ({
  ...row,
  intentAt: undefined,
  operation: undefined,
});

export const pollDueAt = (nowMs: number, retryAfterSeconds: number | undefined): number =>
  nowMs + (retryAfterSeconds === undefined ? defaultPollMs : Math.max(1, retryAfterSeconds) * secondMs);

/** Microsoft has the case, and its number is final. */
export function filed(row: EscalationRow, seen: CaseState & { number: string }, nowMs: number): Moved {
  const change = {
    ...caseColumns(seen),
    caseNumber: seen.number,
    filedAt: row.intentAt ?? toIso(nowMs),
    ...untroubled,
    ...settled,
    turn: row.turn + 1,
  };
  return move(withoutIntent(row), { to: 'filed', what: 'filed', nowMs, change, note: `Microsoft case ${seen.number}` });
}

/** What is kept of a case: the engineer only as a hash, to know that it is another one. */
export const caseColumns = ({ status, severity, engineer }: CaseState) => ({
  caseStatus: status,
  caseSeverity: severity,
  engineer: engineer === undefined ? undefined : hashOf('engineer', engineer).slice(0, 12),
});

/** A refusal in words for people, with Microsoft's code. */
export const whyOf = (code: RefusalCode, upstream?: string) => ({
  code,
  text: upstream === undefined ? refusals[code].text : `${refusals[code].text} (${upstream})`,
  remedy: refusals[code].remedy,
});

/** The plan does not reach: the case goes on at once, by hand, and says why. */
export function turnAssisted(
  row: EscalationRow,
  { nowMs, upstream, doubt }: { nowMs: number; upstream?: string | undefined; doubt: Doubt },
): Moved {
  const reason = { n: row.reasons.length + 1, ...whyOf('plan', upstream) };
  const change = {
    channel: 'assisted' as const,
    reasons: [...row.reasons, reason],
    ...untroubled,
    ...doubt,
    turn: row.turn + 1,
  };
  return move(withoutIntent(row), { to: 'awaiting-filing', what: 'turned-assisted', nowMs, change, note: reason.text });
}

/** Nothing will help but a person: kept, shown, and asleep until somebody drives it again. */
export function park(
  row: EscalationRow,
  code: RefusalCode,
  { nowMs, upstream }: { nowMs: number; upstream?: string | undefined },
): Moved {
  const parkedReason = whyOf(code, upstream);
  // A ticket may exist: the intent stays, so that the next drive looks for it first.
  const kept = code === 'unverified' ? row : withoutIntent(row);
  const change = { parkedReason, turn: row.turn + 1 };
  return move(kept, { to: 'parked', what: 'parked', nowMs, change, note: parkedReason.text });
}
