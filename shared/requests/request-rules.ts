import type { Caller } from '../core/caller.ts';
import { AppError } from '../core/errors.ts';
import { isResponse } from './clocks.ts';
import type { Actor, Changes, CreatedEvent, Head, RequestEvent } from './request-event.ts';
import type { RequestState } from './request.ts';

/** Where a request may go from each state. `closed` is the end; from elsewhere it is reached by withdrawing. */
const transitions: Record<RequestState, readonly RequestState[]> = {
  new: ['acknowledged', 'closed'],
  acknowledged: ['in-progress', 'closed'],
  'in-progress': ['waiting-customer', 'waiting-microsoft', 'resolved', 'closed'],
  'waiting-customer': ['in-progress', 'resolved', 'closed'],
  'waiting-microsoft': ['in-progress', 'resolved', 'closed'],
  resolved: ['closed', 'in-progress'],
  closed: [],
};

/** Throws `illegal-transition`, saying from where and to where. */
export function checkTransition(from: RequestState, to: RequestState): void {
  if (transitions[from].includes(to)) return;
  throw new AppError('illegal-transition', `A request cannot go from ${from} to ${to}.`, { members: { from, to } });
}

/** Portals may close what they sent, and reopen what was resolved; the rest is the desk's. Throws `forbidden`. */
export function checkPortalTransition(from: RequestState, to: RequestState): void {
  const reopens = to === 'in-progress' && (from === 'resolved' || from === 'closed');
  if (to !== 'closed' && !reopens) throw new AppError('forbidden', 'A portal may close and reopen a request.');
}

export const actorOf = (caller: Caller): Actor => ({ kind: caller.kind, id: caller.id });

type EscalationStep = {
  what: 'started' | 'changed' | 'closed';
  id: string;
  version: number;
  /** Of the escalation. */
  state: string;
};

/**
 * An escalation makes an open request wait for Microsoft. A case that is closed there resolves it, whatever it waited for: the
 * customer is to confirm. One that came to nothing gives it back to the desk.
 */
export function stateAfterEscalation(
  head: Pick<Head, 'state' | 'escalation' | 'escalationIds'>,
  { what, id, version, state: escalationState }: EscalationStep,
): RequestState {
  const { state } = head;
  if (state === 'resolved' || state === 'closed' || isLateNews(head, { id, version })) return state;
  if (what === 'closed' && escalationState === 'closed') return 'resolved';
  if (what === 'closed') return state === 'waiting-microsoft' ? 'in-progress' : state;
  const isNews = what === 'started' || !head.escalationIds.includes(id);
  return isNews ? 'waiting-microsoft' : state;
}

/** News of an escalation that a later one replaced, or older than what is known of it: messages may overtake each other. */
function isLateNews(
  head: Pick<Head, 'escalation' | 'escalationIds'>,
  { id, version }: { id: string; version: number },
) {
  if (head.escalation?.id === id) return version <= head.escalation.version;
  return head.escalationIds.includes(id) || isEarlier(id, head.escalation?.id);
}

const idPattern = /^(.+)-(\d+)$/;

/** Whether an escalation of a request began before another of the same: they are numbered. */
function isEarlier(id: string, other = ''): boolean {
  const [, stem, n] = idPattern.exec(id) ?? [];
  const [, otherStem, otherN] = idPattern.exec(other) ?? [];
  return stem !== undefined && stem === otherStem && Number(n) < Number(otherN);
}

/** One step of the fold: what the request is after the event. */
export function applyEvent(head: Head | undefined, event: RequestEvent): Head {
  if (event.kind === 'created') return headAfter(event);
  if (head === undefined)
    throw new Error(`event ${String(event.sequence)} of ${event.requestId} comes before its creation`);
  const next = { ...head, ...momentsOf(head, event), state: event.state, version: event.sequence, updatedAt: event.at };
  if (event.kind === 'changed') return withChanges(next, event);
  if (event.kind === 'escalated') return withEscalation({ ...next, newsAt: event.at }, event.escalation);
  if (event.endsSnooze) delete next.snooze;
  if (event.kind === 'transitioned' && event.leaves !== undefined) delete next.parent;
  return next;
}

/** The portal's word for the customer's: a comment, or that it is not solved. */
const isHeard = ({ by, kind, state }: RequestEvent): boolean =>
  by.kind === 'portal' && (kind === 'commented' || (kind === 'transitioned' && state !== 'closed'));

function momentsOf({ state: from }: Head, event: RequestEvent): Pick<Head, 'entered' | 'told' | 'heard'> {
  const moment = { at: event.at, sequence: event.sequence };
  return {
    ...(event.state !== from && {
      entered: { ...moment, from, ...(event.kind === 'escalated' && event.state === 'resolved' && { byCase: true }) },
    }),
    ...(isResponse(event) && { told: moment }),
    ...(isHeard(event) && { heard: moment }),
  };
}

function headAfter(event: CreatedEvent): Head {
  return {
    id: event.requestId,
    portalId: event.portalId,
    customerId: event.customerId,
    state: event.state,
    version: event.sequence,
    createdAt: event.at,
    updatedAt: event.at,
    severity: event.severity,
    category: event.category,
    service: event.service,
    startedAt: event.startedAt,
    language: event.language,
    contactId: event.contactId,
    externalRefs: event.externalRefs,
    triage: event.triage,
    firstResponse: event.firstResponse,
    impact: event.impact,
    priority: event.priority,
    entered: { at: event.at, sequence: event.sequence },
    escalationIds: [],
  };
}

export const foldEvents = (events: readonly RequestEvent[]): Head | undefined =>
  events.reduce<Head | undefined>(applyEvent, undefined);

function withChanges(head: Head, event: Extract<RequestEvent, { kind: 'changed' }>): Head {
  const { snoozeUntil, priority: saidPriority, childMerged, childParted, ...fields } = event.changes;
  const next = {
    ...head,
    ...withoutNulls({ ...fields, saidPriority }),
    ...(event.triage && { triage: event.triage }),
    ...(event.impact && { impact: event.impact }),
    ...(event.firstResponse && { firstResponse: event.firstResponse }),
    ...(event.erased && { erasedAt: event.at }),
    ...(event.priority && { priority: event.priority }),
    ...(snoozeUntil && { snooze: { until: snoozeUntil, saidAt: event.sequence } }),
    ...(childMerged !== undefined && { children: [...(head.children ?? []), childMerged] }),
    ...(childParted !== undefined && { children: head.children?.filter((id) => id !== childParted) }),
  };
  return withoutTaken(next, event.changes);
}

function withoutTaken(next: Head, { assignee, team, parent, priority, snoozeUntil }: Changes): Head {
  if (assignee === null) delete next.assignee;
  if (team === null) delete next.team;
  if (parent === null) delete next.parent;
  if (priority === null) delete next.saidPriority;
  if (snoozeUntil === null) delete next.snooze;
  return next;
}

const withoutNulls = <T extends object>(fields: T): { [Name in keyof T]: Exclude<T[Name], null> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], null>;
  };

function withEscalation(head: Head, escalation: NonNullable<Head['escalation']>): Head {
  const { id } = escalation;
  const known = head.escalationIds;
  if (isLateNews(head, escalation)) return { ...head, escalationIds: known.includes(id) ? known : [id, ...known] };
  return { ...head, escalation, escalationIds: known.includes(id) ? known : [...known, id] };
}
