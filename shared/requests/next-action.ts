import * as z from 'zod';
import { fromIso, hourMs, toIso } from '../core/clock.ts';
import { priorityOf } from './head-priority.ts';
import { actionHours, type Action } from './action-hours.ts';
import type { Head } from './request-event.ts';

const actions = [
  'first-response',
  'answer-customer',
  'diagnose',
  'update-customer',
  'ask-again',
  'file-case',
  'mend-escalation',
  'follow-case',
  'confirm-with-customer',
  'close',
  'snooze-ends',
] as const satisfies readonly (Action | 'snooze-ends')[];

/** What the desk is to do next with an open request, and until when. */
export const nextActionSchema = z.object({ what: z.enum(actions), dueAt: z.iso.datetime() }).meta({ id: 'NextAction' });
export type NextAction = z.output<typeof nextActionSchema>;

/** ISO texts of one form sort as the times do. */
const latest = (...times: (string | undefined)[]): string => times.reduce<string>((a, b = '') => (a > b ? a : b), '');

/**
 * What comes first of all that is owed; undefined for a closed request alone. Follows from the head, so from events: asking later does
 * not move it. A request that is snoozed waits for its snooze's end, nothing else.
 */
export function nextActionOf(head: Head): NextAction | undefined {
  if (head.state === 'closed') return undefined;
  if (head.snooze) return { what: 'snooze-ends', dueAt: head.snooze.until };
  const due = (what: Action, from: string): NextAction => ({
    what,
    dueAt: toIso(fromIso(from) + actionHours[what][priorityOf(head).value] * hourMs),
  });
  const owed = owedActions(head).map(({ what, from }) =>
    what === 'first-response' && head.firstResponse ? { what, dueAt: head.firstResponse.dueAt } : due(what, from),
  );
  const first = owed.reduce<NextAction | undefined>(
    (a, b) => (a === undefined || b.dueAt < a.dueAt ? b : a),
    undefined,
  );
  return first && isToConfirm(head) ? { ...first, what: 'confirm-with-customer' } : first;
}

/** Microsoft says that it is solved, and since then neither has anybody asked the customer, nor has the customer said so. */
function isToConfirm({ state, entered, told, heard }: Head): boolean {
  if (state !== 'resolved' || entered?.byCase !== true) return false;
  return Math.max(told?.sequence ?? 0, heard?.sequence ?? 0) < entered.sequence;
}

type Owed = { what: Action; from: string };

function owedActions(head: Head): Owed[] {
  const { state, createdAt, heard } = head;
  const toldAt = toldAtOf(head);
  if (toldAt === undefined) {
    // What the customer said before the first response is answered by it.
    return [{ what: 'first-response', from: createdAt }, ...(state === 'new' ? [] : [actionOfState(head, createdAt)])];
  }
  const isHeard = heard !== undefined && heard.sequence > (head.told?.sequence ?? 0);
  if (!isHeard) return [actionOfState(head, toldAt)];
  const answer: Owed = { what: 'answer-customer', from: heard.at };
  // Where the customer has spoken, there is nothing to ask again or to close.
  return state === 'waiting-customer' || state === 'resolved' ? [answer] : [actionOfState(head, toldAt), answer];
}

/** A head of the version before does not say: what is past `new` was answered. */
const toldAtOf = ({ entered, told, state, updatedAt }: Head): string | undefined =>
  entered === undefined && state !== 'new' ? updatedAt : told?.at;

function actionOfState(head: Head, toldAt: string): Owed {
  const { state, entered, updatedAt, newsAt, escalation } = head;
  const enteredAt = entered?.at ?? updatedAt;
  const byState: Record<Head['state'], Owed> = {
    new: { what: 'diagnose', from: toldAt },
    acknowledged: { what: 'diagnose', from: enteredAt },
    'in-progress': { what: 'update-customer', from: latest(enteredAt, toldAt) },
    'waiting-customer': { what: 'ask-again', from: latest(enteredAt, toldAt) },
    'waiting-microsoft': { what: caseAction(escalation?.state), from: latest(enteredAt, newsAt) },
    resolved: solvedAction(head, { enteredAt, toldAt }),
    closed: { what: 'close', from: enteredAt },
  };
  return byState[state];
}

/** What the customer is asked about Microsoft's solution has time to be answered. */
function solvedAction(head: Head, { enteredAt, toldAt }: { enteredAt: string; toldAt: string }): Owed {
  if (isToConfirm(head)) return { what: 'confirm-with-customer', from: enteredAt };
  return { what: 'close', from: head.entered?.byCase ? latest(enteredAt, toldAt) : enteredAt };
}

/** What a request that waits for Microsoft waits for at the desk: by the state of its escalation. */
function caseAction(state: string | undefined): Action {
  if (state === 'awaiting-filing' || state === 'claimed') return 'file-case';
  return state === 'parked' ? 'mend-escalation' : 'follow-case';
}
