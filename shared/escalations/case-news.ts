import { fromIso, hourMs, toIso } from '../core/clock.ts';
import { unasked } from './asking.ts';
import type { CaseMessage } from './case-follower.ts';
import { isKnownMessage, keptText, messageKey, withMessage } from './case-messages.ts';
import { severityOf } from './case-severity.ts';
import { begin, takeState } from './case-state.ts';
import type { CaseFact, EscalationEvent, EscalationRow, EscalationText } from './escalation.ts';
import { untroubled, withoutIntent } from './filing.ts';
import { isOwnMessage } from './wish.ts';
import { step, type Fold } from './news-fold.ts';
import type { CaseNews } from './seen-news.ts';
import { promisedUpdate } from './promised-update.ts';

export type { CaseNews } from './seen-news.ts';

/** A text to keep: `textOp(after.id, key, text)`. */
export type KeptText = { key: string; text: EscalationText };

export type Applied =
  /** The news are of another case: nothing of them is taken. */
  | { kind: 'conflict'; known: string; told: string }
  | {
      kind: 'applied';
      after: EscalationRow;
      /** One for each change, versions counting up; `commitChange` takes them as `events`. */
      events: EscalationEvent[];
      texts: KeptText[];
      /** False: nothing that is kept has changed, not even unseen. */
      hasChanged: boolean;
      /** The case is read by an interface, which brings what the mail says: let the next step be now. */
      readNow: boolean;
      /** There were more messages than one transaction holds: apply the same news again. */
      hasMore: boolean;
    };

/**
 * The only way in which what Microsoft says comes onto an escalation. Safe for news that come twice, late or in another order:
 * messages are known by their ids, and an older word never overrules a newer one. The turn stays as it is: who writes the change
 * decides when the next step is due.
 */
export function applySeen(row: EscalationRow, seen: CaseNews, { nowMs }: { nowMs: number }): Applied {
  const { number } = seen;
  if (number !== undefined && row.caseNumber !== undefined && number !== row.caseNumber)
    return { kind: 'conflict', known: row.caseNumber, told: number };
  const fold: Fold = { row, events: [], nowMs };
  const texts: KeptText[] = [];
  // A clock of Microsoft's that is ahead of ours must not make today's word newer than tomorrow's.
  const timeOf = (iso: string | undefined) => toIso(Math.min(nowMs, iso === undefined ? nowMs : fromIso(iso)));
  const at = timeOf(seen.at);
  if (number !== undefined) adoptNumber(fold, { number, at });
  const readNow = seen.via === 'mail' && isRead(fold.row, nowMs);
  let hasMore = false;
  if (!readNow) {
    begin(fold, seen);
    const messages = seen.messages.map((message) => ({ ...message, at: timeOf(message.at) }));
    hasMore = takeMessages(fold, { ...seen, messages, at }, texts);
    if (!hasMore) takeState(fold, { ...seen, messages, at });
  }
  const { row: after, events } = fold;
  const hasChanged = JSON.stringify(after) !== JSON.stringify(row);
  return { kind: 'applied', after, events, texts, hasChanged, readNow, hasMore };
}

/** Where an interface gives the case, the mails about it say the same again. One that has failed for an hour does not count. */
const isRead = ({ channel, readAt, unreadable }: EscalationRow, nowMs: number): boolean =>
  (channel === 'azure-support' || readAt !== undefined) &&
  (unreadable === undefined || nowMs - fromIso(unreadable.since) < hourMs);

/** Nobody has told the number: the case is there, so nothing may file it any more. What is being filed finds its number itself. */
function adoptNumber(fold: Fold, { number, at }: { number: string; at: string }): void {
  const { row } = fold;
  if (row.caseNumber !== undefined) return;
  const waits = row.state === 'awaiting-filing' || row.state === 'claimed' || row.state === 'parked';
  if (!waits && !(row.state === 'intended' && row.intentAt === undefined)) return;
  // A case that the desk did not put has no name by which the Support API would find it.
  const channel = row.intentAt === undefined ? ('assisted' as const) : row.channel;
  fold.row = withoutIntent(row);
  const change = { ...untroubled, ...unasked, channel, parkedReason: undefined, caseNumber: number, filedAt: at };
  step(fold, { to: 'filed', what: 'filed', change, note: `Microsoft case ${number}` });
}

/** So many in one change, which is one transaction: each has an event, a text and a wake. */
const messagesAtOnce = 25;

type Dated = CaseNews & { at: string };

/** Keeps what is new of the conversation, oldest first. True where more is new than fits. */
function takeMessages(fold: Fold, seen: Dated, texts: KeptText[]): boolean {
  const fresh = seen.messages
    .filter(
      (message, n, all) =>
        !isOwnMessage(fold.row, message) &&
        !isKnownMessage(fold.row, message) &&
        all.findIndex(({ id }) => id === message.id) === n,
    )
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  const taken = fresh.slice(0, messagesAtOnce);
  for (const message of taken) {
    const isLast = message === fresh.at(-1);
    texts.push({ key: messageKey(message.id), text: keptText(message) });
    fold.row = withMessage(fold.row, message);
    tellMessage(fold, message, { ...seen, isLast });
  }
  return taken.length < fresh.length;
}

type Place = Dated & { isLast: boolean };

function tellMessage(fold: Fold, { id, at, from, text }: CaseMessage, seen: Place): void {
  const words = { text: messageKey(id) };
  if (from === 'partner') {
    step(fold, {
      what: 'wrote-microsoft',
      ...words,
      note: 'The partner wrote to Microsoft.',
      fact: { at, needsAnswer: false },
    });
    return;
  }
  const fact = factOf({ at, text }, seen, fold.row);
  const { needsAnswer = false } = fact;
  const isAsked = needsAnswer && (fold.row.answerAsOf === undefined || at >= fold.row.answerAsOf);
  step(fold, {
    what: isAsked ? 'microsoft-asks' : 'microsoft-wrote',
    ...words,
    note: isAsked ? 'Microsoft wrote, and waits for an answer.' : 'Microsoft wrote.',
    fact,
  });
}

function factOf({ at, text }: Pick<CaseMessage, 'at' | 'text'>, seen: Place, row: EscalationRow): CaseFact {
  const promise = (seen.isLast ? seen.nextUpdateBy : undefined) ?? promisedUpdate(text);
  return {
    at,
    ...(!seen.isReceipt && { heard: true }),
    ...(seen.isLast && (seen.via === 'mail' ? factOfMail(seen) : factOfRead(seen, row))),
    ...(promise !== undefined && promise > at && { nextUpdateBy: promise }),
  };
}

/** A mail says what it says at its own time, however late it comes. */
function factOfMail({ needsAnswer, severity: word }: Place): Partial<CaseFact> {
  const severity = severityOf(word);
  return { ...(needsAnswer !== undefined && { needsAnswer }), ...(severity && { severity }) };
}

/** A read says what is now: a question that was not there before is what was written last. */
const factOfRead = ({ needsAnswer = false }: Place, row: EscalationRow): Partial<CaseFact> =>
  needsAnswer && row.needsAnswer !== true ? { needsAnswer } : {};
