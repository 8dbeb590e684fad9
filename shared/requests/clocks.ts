import { fromIso, hourMs, minuteMs, toIso } from '../core/clock.ts';
import { dueAfter, pausesWithin, type Counting, type Pause } from '../core/paused.ts';
import { actionHours } from './action-hours.ts';
import { priorityOf } from './head-priority.ts';
import { nextActionOf } from './next-action.ts';
import { statementPauses } from './pauses.ts';
import type { RequestClock } from './request-clock.ts';
import type { Head, RequestEvent } from './request-event.ts';

/** The customer has heard from a person at the desk: a comment for the customer, or a step forward that it can see. */
export const isResponse = (event: RequestEvent): boolean =>
  event.by.kind === 'person' &&
  event.audience === 'customer' &&
  (event.kind === 'commented' || event.kind === 'transitioned');

type Moment = { nowMs: number; businessHours?: Counting | undefined };

/**
 * The customer's clocks, from the request's events alone: what a later change of severity or statement did is in them. They stand
 * still only where the statement that was promised says so. `businessHours` is for a target in published hours.
 */
export function clocksOf(events: readonly RequestEvent[], moment: Moment): RequestClock[] {
  const created = events.find((event) => event.kind === 'created');
  if (created === undefined) return [];
  const resolution = resolutionClock(events, created.at, moment);
  return [firstResponseClock(events, created.at, moment), ...(resolution ? [resolution] : [])];
}

const promiseIn = (events: readonly RequestEvent[]) =>
  events.flatMap((event) => ('firstResponse' in event && event.firstResponse ? [event.firstResponse] : [])).at(-1);

function firstResponseClock(events: readonly RequestEvent[], startedAt: string, { nowMs }: Moment): RequestClock {
  const metAt = events.find(isResponse)?.at;
  const promise = promiseIn(events.filter((event) => metAt === undefined || event.at <= metAt));
  const state = stateOf(promise?.dueAt, metAt, toIso(nowMs));
  if (promise === undefined) return { clock: 'first-response', startedAt, dueAt: null, metAt, state };
  const { dueAt, targetMinutes, calendar, timeZone, statementVersion } = promise;
  const computedFrom = { targetMinutes, calendar, timeZone, statementVersion };
  return { clock: 'first-response', startedAt, dueAt, metAt, state, computedFrom };
}

function resolutionClock(
  events: readonly RequestEvent[],
  startedAt: string,
  { nowMs, businessHours }: Moment,
): RequestClock | undefined {
  const promise = promiseIn(events);
  if (promise?.resolution === undefined) return undefined;
  const { targetMinutes, calendar } = promise.resolution;
  const metAt = resolvedAt(events);
  const pauses = pausesWithin(statementPauses(events, promise.pausesWhile), startedAt, metAt);
  const counting = calendar === 'business' ? businessHours : undefined;
  const run = { startMs: fromIso(startedAt), nowMs, pauses, ...(counting && { counting }) };
  const dueMs = dueAfter(targetMinutes * minuteMs, run);
  const dueAt = dueMs === undefined ? null : toIso(dueMs);
  const { timeZone, statementVersion } = promise;
  const state = stateOf(dueAt ?? undefined, metAt, toIso(nowMs));
  return {
    clock: 'resolution',
    startedAt,
    dueAt,
    metAt,
    state: state === 'running' && isOpenPause(pauses) ? 'paused' : state,
    computedFrom: { targetMinutes, calendar, timeZone, statementVersion },
    pauses,
  };
}

const isOpenPause = (pauses: readonly Pause[]): boolean => pauses.some(({ to }) => to === undefined);

const isOver = ({ state }: RequestEvent): boolean => state === 'resolved' || state === 'closed';

/** When it was resolved for good, so far; a request that was reopened is not. */
function resolvedAt(events: readonly RequestEvent[]): string | undefined {
  const lastOpen = events.findLastIndex((event) => !isOver(event));
  return events[lastOpen + 1]?.at;
}

function stateOf(dueAt: string | undefined, metAt: string | undefined, now: string): 'missed' | 'running' | 'met' {
  const isLate = dueAt !== undefined && (metAt ?? now) > dueAt;
  if (isLate) return 'missed';
  return metAt === undefined ? 'running' : 'met';
}

/** The desk's own: what it does next, and until when. */
export function deskClock(head: Head, nowMs: number): RequestClock | undefined {
  const next = nextActionOf(head);
  if (next === undefined) return undefined;
  const { what, dueAt } = next;
  const isPromised = what === 'first-response' && head.firstResponse !== undefined;
  const hours = isPromised || what === 'snooze-ends' ? undefined : actionHours[what][priorityOf(head).value];
  return {
    clock: 'next-action',
    startedAt: hours === undefined ? head.createdAt : toIso(fromIso(dueAt) - hours * hourMs),
    dueAt,
    state: stateOf(dueAt, undefined, toIso(nowMs)),
    how: hours === undefined ? what : `${what}: ${String(hours)} h for ${priorityOf(head).value}, the desk's own pace`,
  };
}
