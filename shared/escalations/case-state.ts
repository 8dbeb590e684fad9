import type { CaseNews } from './seen-news.ts';
import { letterOf, severityOf } from './case-severity.ts';
import { isAtMicrosoft } from './escalation.ts';
import { caseColumns, untroubled } from './filing.ts';
import { plain } from './microsoft-clock.ts';
import { step, type Fold } from './news-fold.ts';

type Dated = CaseNews & { at: string };

const plainStatus = /^[\w-][\w -]{0,39}$/;
/** A word of Microsoft's for a state is shown; anything that is more than a word is not. */
const toldStatus = (status: string): string => `Microsoft: ${plainStatus.test(status) ? status : 'another state'}`;

/** That somebody at Microsoft has the case is the first sign of it that is followed. */
export function begin(fold: Fold, { status }: CaseNews): void {
  if (fold.row.state !== 'filed') return;
  const change = { ...untroubled, ...(status !== undefined && { caseStatus: status }) };
  step(fold, { to: 'following', what: 'following', change });
}

/** What the case is at Microsoft, one event for each change; a state that is older than the known one is none. */
export function takeState(fold: Fold, seen: Dated): void {
  const { row } = fold;
  const { at } = seen;
  if (!isAtMicrosoft(row)) return;
  const isLate = row.seenAt !== undefined && at < row.seenAt;
  if (!isLate) {
    if (seen.isClosed) {
      close(fold, seen);
      return;
    }
    takeStatus(fold, seen);
    takeSeverity(fold, seen);
    takeEngineer(fold, seen);
    const hasState = seen.status !== undefined || seen.severity !== undefined || seen.engineer !== undefined;
    if (hasState) fold.row = { ...fold.row, seenAt: at };
  }
  takeQuestion(fold, seen);
  takePromise(fold, seen);
}

function close(fold: Fold, { status, at }: Dated): void {
  const note = toldStatus(status ?? 'Closed');
  const change = {
    ...untroubled,
    caseStatus: status ?? 'Closed',
    seenAt: at,
    needsAnswer: undefined,
    nextUpdateBy: undefined,
  };
  step(fold, { to: 'closed', what: 'closed', change, note });
}

function takeStatus(fold: Fold, { status }: Dated): void {
  if (status === undefined || status === fold.row.caseStatus) return;
  step(fold, { what: 'case-changed', change: { caseStatus: status }, note: toldStatus(status) });
}

function takeSeverity(fold: Fold, { severity: word, at }: Dated): void {
  const severity = severityOf(word);
  const { row } = fold;
  if (severity === undefined || word === row.caseSeverity) return;
  const before = severityOf(row.caseSeverity) ?? row.severity;
  const change = { caseSeverity: word };
  if (before === severity) {
    fold.row = { ...row, ...change };
    return;
  }
  const [from, to] = [letterOf(before), letterOf(severity)];
  const note = `Microsoft ${from < to ? 'lowered' : 'raised'} the severity of the case from ${from} to ${to}.`;
  step(fold, { what: 'case-changed', change, note, fact: { at, severity } });
}

const byName = 'name:';

/** An interface gives the engineer's address, a mail the name: the two cannot be compared, and the address counts for more. */
function takeEngineer(fold: Fold, { engineer, at, via }: Dated): void {
  if (engineer === undefined) return;
  const { row } = fold;
  const hash = caseColumns({ status: '', isClosed: false, engineer }).engineer ?? '';
  const change = { engineer: via === 'mail' ? `${byName}${hash}` : hash };
  if (row.engineer !== undefined && row.engineer.startsWith(byName) !== (via === 'mail')) {
    if (via !== 'mail') fold.row = { ...row, ...change };
    return;
  }
  const isFirst = row.respondedAt === undefined;
  if (change.engineer === row.engineer && !isFirst) return;
  const note =
    row.engineer === undefined || isFirst
      ? 'An engineer of Microsoft has the case.'
      : 'Another engineer of Microsoft has the case.';
  step(fold, { what: 'case-changed', change, note, fact: { at, heard: true } });
}

function takeQuestion(fold: Fold, { needsAnswer, at }: Dated): void {
  const { row } = fold;
  const isKnown = needsAnswer === undefined || needsAnswer === (row.needsAnswer ?? false);
  if (isKnown || (row.answerAsOf !== undefined && at < row.answerAsOf)) return;
  if (needsAnswer) {
    step(fold, {
      what: 'microsoft-asks',
      note: 'Microsoft waits for an answer.',
      fact: { at, needsAnswer, heard: true },
    });
  } else {
    step(fold, { what: 'case-changed', note: 'Microsoft no longer waits for an answer.', fact: { at, needsAnswer } });
  }
}

/** A promise that came with a message stands in the message's event. */
function takePromise(fold: Fold, { nextUpdateBy, messages, at }: Dated): void {
  const { row } = fold;
  if (nextUpdateBy === undefined || messages.length > 0 || nextUpdateBy <= at || nextUpdateBy === row.nextUpdateBy)
    return;
  if (row.promisedAt !== undefined && at < row.promisedAt) return;
  step(fold, { what: 'case-changed', note: promiseNote(nextUpdateBy), fact: { at, nextUpdateBy } });
}

const promiseNote = (iso: string): string => `Microsoft promises its next word by ${plain(iso)}.`;
