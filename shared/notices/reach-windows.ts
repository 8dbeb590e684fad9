import { dayMs, minuteMs } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { afterBusinessMinutes } from '../statement/business-time.ts';
import { criticalTeams, teamFor } from './reach-rules.ts';
import type { Person, Policy, SentPolicy, Step, Team, Windows } from './reach-policy.ts';

const dayMinutes = dayMs / minuteMs;

/** For how many minutes from `nowMs` on somebody is reachable without a break, at most a day; 0 where not at all. */
export function reachableMinutes(windows: Windows, nowMs: number): number {
  if (windows === 'always') return dayMinutes;
  const holds = (minutes: number) => afterBusinessMinutes(windows, nowMs, minutes) === nowMs + minutes * minuteMs;
  if (!holds(1)) return 0;
  let [least, most] = [1, dayMinutes];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (holds(middle)) least = middle;
    else most = middle - 1;
  }
  return least;
}

/** When somebody is reachable next, milliseconds since the epoch: now, where it is so; undefined where never. */
export function reachableFrom(windows: Windows, nowMs: number): number | undefined {
  if (windows === 'always' || reachableMinutes(windows, nowMs) > 0) return nowMs;
  const firstMinute = afterBusinessMinutes(windows, nowMs, 1);
  return firstMinute === undefined ? undefined : firstMinute - minuteMs;
}

/** When a wait that begins now is over; hours that never come are not waited for. */
export function waitEnds(
  policy: Pick<Policy, 'calendars'>,
  step: Extract<Step, { do: 'wait' }>,
  nowMs: number,
): number {
  const calendar = policy.calendars.find(({ id }) => id === step.calendar);
  if (calendar === undefined) return nowMs + step.minutes * minuteMs;
  return afterBusinessMinutes(calendar.hours, nowMs, step.minutes) ?? nowMs;
}

export type Duty = { name: string; window: string; phone?: string };

/**
 * Who is reachable for a critical matter now and in the next hours, by the order of the team that it comes to; undefined where
 * nobody is, or where the team leaves a gap within a day.
 */
export function dutyOf(policy: Policy, nowMs: number): Duty | undefined {
  const people = criticalPeople(policy);
  if (gapIn(people, nowMs) !== undefined) return undefined;
  const reach = people.map((person) => ({ person, minutes: reachableMinutes(person.windows, nowMs) }));
  const best =
    reach.find(({ minutes }) => minutes >= limits.dutyHours * 60) ?? reach.find(({ minutes }) => minutes > 0);
  if (best === undefined) return undefined;
  const { name, phone, windows } = best.person;
  return { name, window: windowText(windows), ...(phone !== undefined && { phone }) };
}

/** Of the team that takes any critical request, and of those that it hands over to. */
function criticalPeople(policy: Pick<SentPolicy, 'rules' | 'teams' | 'people'>): Person[] {
  const first = teamFor(policy, { what: 'critical-request', severity: 'critical' });
  if (first === undefined) return [];
  const { teams } = criticalTeams({ ...policy, rules: [{ team: first.id }] });
  const ordered: Team[] = [first, ...teams.filter((team) => team !== first)];
  const ids = [...new Set(ordered.flatMap(({ people }) => people))];
  return ids.flatMap((id) => policy.people.filter((person) => person.id === id));
}

/** The first moment of the next day at which nobody is reachable, milliseconds since the epoch. */
function gapIn(people: readonly Person[], nowMs: number): number | undefined {
  let at = nowMs;
  while (at < nowMs + dayMs) {
    const minutes = Math.max(0, ...people.map(({ windows }) => reachableMinutes(windows, at)));
    if (minutes === 0) return at;
    at += minutes * minuteMs;
  }
  return undefined;
}

/** What is missing for somebody to be reachable for a critical matter at any time, for people who look after the desk. */
export function findingsOf(policy: Policy | undefined, nowMs: number): string[] {
  if (policy === undefined) return ['Nobody is on duty: no reach policy is published (PUT /api/reach-policy).'];
  const people = criticalPeople(policy);
  const gap = gapIn(people, nowMs);
  const findings: string[] = [];
  if (gap !== undefined)
    findings.push(
      `Nobody is reachable for critical matters from ${new Date(gap).toISOString()} on: the windows leave a gap.`,
    );
  if (people.length === 1) findings.push('Critical matters reach one person only: there is no next one.');
  return findings;
}

function windowText(windows: Windows): string {
  if (windows === 'always') return 'round the clock';
  const days = Object.entries(windows.weekly).flatMap(([day, shifts]) =>
    shifts.map(({ from, to }) => `${day} ${from}–${to}`),
  );
  return `${days.join(', ')} (${windows.timeZone})`;
}
