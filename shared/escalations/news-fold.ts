import type { CaseFact, EscalationEvent, EscalationRow } from './escalation.ts';
import { move, tell, type Move } from './escalation-rules.ts';

/** News on their way onto an escalation: the row as far as it is, and what has been told so far. */
export type Fold = { row: EscalationRow; events: EscalationEvent[]; nowMs: number };

/** One event further, in the state that it is in where no other is named. */
export function step(
  fold: Fold,
  { to = fold.row.state, ...how }: Omit<Move, 'nowMs' | 'to'> & { to?: Move['to'] },
): void {
  const { row, nowMs } = fold;
  const { after, event } = to === row.state ? tell(row, { ...how, nowMs }) : move(row, { ...how, to, nowMs });
  fold.row = how.fact === undefined ? after : withFact(after, how.fact);
  fold.events.push(event);
}

/** The row that knows one fact more, in whatever order the facts become known. */
export const withFact = (row: EscalationRow, fact: CaseFact): EscalationRow => ({
  ...row,
  ...(fact.heard && heardOf(row, fact)),
  ...answerOf(row, fact),
  ...promiseOf(row, fact),
});

const heardOf = ({ respondedAt = '9', heardAt = '' }: EscalationRow, { at }: CaseFact) => ({
  respondedAt: respondedAt < at ? respondedAt : at,
  heardAt: heardAt > at ? heardAt : at,
});

const answerOf = ({ answerAsOf = '' }: EscalationRow, { at, needsAnswer }: CaseFact) =>
  needsAnswer !== undefined && answerAsOf <= at ? { needsAnswer, answerAsOf: at } : {};

/** Any later word redeems a promise: what is owed then is what this word promises, if it does. */
function promiseOf({ promisedAt = '' }: EscalationRow, { at, heard, nextUpdateBy }: CaseFact) {
  if (nextUpdateBy !== undefined) return promisedAt <= at ? { nextUpdateBy, promisedAt: at } : {};
  return heard && promisedAt < at ? { nextUpdateBy, promisedAt: at } : {};
}
