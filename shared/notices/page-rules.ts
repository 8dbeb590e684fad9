import { fromIso, minuteMs, toIso } from '../core/clock.ts';
import type { Happening, Policy, Step } from './reach-policy.ts';
import type { Page, PageNotice } from './page.ts';
import { personNotices } from './reach-rules.ts';

/** A notice before it has its number. */
export type Told = Pick<PageNotice, 'action' | 'target' | 'what'> & Partial<Pick<PageNotice, 'person' | 'by' | 'late'>>;

/** The page after a move, and whom it tells. */
export type Moved = { after: Page; told: Told[] };

/** What the policy and the clock say, asked by the rules. */
export type Hours = {
  isReachable: (personId: string) => boolean;
  /** When a wait that begins now is over. */
  waitEnds: (step: Extract<Step, { do: 'wait' }>) => number;
  /** When the first of these is reachable again; undefined where nobody ever is. */
  nextReachable: (people: readonly string[]) => number | undefined;
};

export type Walk = { policy: Policy; hours: Hours; nowMs: number };

/** Bounded by the longest policy: whoever takes more steps without a wait runs in a ring. */
const stepsAtOnce = 2_000;

type Walking = { after: Page; told: Told[]; isMissed: boolean };

/** Takes the steps that are due: up to the next wait, or to the end. */
export function walk(page: Page, given: Walk): Moved {
  const { policy, nowMs } = given;
  let walking: Walking = { after: { ...page, turn: page.turn + 1, dueAt: undefined }, told: [], isMissed: false };
  for (let taken = 0; taken < stepsAtOnce; taken++) {
    const { after, told, isMissed } = walking;
    const step = nextStep(after, policy);
    if (step === undefined) return { after: ended(after, given), told };
    if (isCondition(step) && after.acknowledgedAt !== undefined) return { after: stopped(after, policy, nowMs), told };
    // Nobody waits for an answer of somebody who was not asked.
    if (step.do === 'wait' && !(isMissed && !told.some(({ person }) => person !== undefined))) {
      return { after: { ...after, at: after.at + 1, dueAt: toIso(given.hours.waitEnds(step)) }, told };
    }
    walking = step.do === 'notify' ? notify(walking, step, given) : { ...walking, after: pastStep(after, step) };
  }
  throw new Error(`the steps of page ${page.id} come to no end`);
}

const nextStep = (page: Pick<Page, 'teamId' | 'at'>, { teams }: Pick<Policy, 'teams'>): Step | undefined =>
  teams.find(({ id }) => id === page.teamId)?.steps[page.at];

function notify({ after, told, isMissed }: Walking, step: Notify, { policy, hours, nowMs }: Walk): Walking {
  const next = { ...after, at: after.at + 1 };
  if (step.person !== undefined && !hours.isReachable(step.person)) {
    const missed = [...after.missed, { person: step.person, at: toIso(nowMs) }].slice(-missedAtMost);
    return { after: { ...next, missed }, told, isMissed: true };
  }
  const isTold = ({ target, person }: Told) => told.some((one) => one.target === target && one.person === person);
  const paged = pagedBy(step, policy, whatOf(after)).filter((one) => !isTold(one));
  return { after: paging(next, paged, nowMs), told: [...told, ...paged], isMissed };
}

function pastStep(page: Page, step: Exclude<Step, Notify>): Page {
  if (step.do === 'hand-over') return { ...page, teamId: step.team, at: 0, round: 0 };
  if (step.do === 'repeat' && page.round < step.times) return { ...page, at: 0, round: page.round + 1 };
  return { ...page, at: page.at + 1 };
}

type Notify = Extract<Step, { do: 'notify' }>;
const missedAtMost = 50;

const isCondition = (step: Step): boolean =>
  step.do === 'if-unacknowledged' || step.do === 'repeat' || step.do === 'hand-over';

export const whatOf = ({ sources }: Page): Happening => sources.at(-1)?.what ?? 'critical-request';

function pagedBy(step: Notify, policy: Policy, what: Happening): Told[] {
  if (step.target !== undefined) return [{ action: 'triggered', target: step.target, what }];
  const person = policy.people.find(({ id }) => id === step.person);
  return (person?.targets ?? []).map((target) => ({ action: 'triggered', target, person: step.person, what }));
}

function paging(page: Page, told: readonly Told[], nowMs: number): Page {
  const now = toIso(nowMs);
  const paged = [...page.paged];
  for (const { target, person } of told) {
    const at = paged.findIndex((one) => one.target === target && one.person === person);
    const before = paged[at];
    if (before === undefined) paged.push({ target, person, firstAt: now, lastAt: now });
    else paged[at] = { ...before, lastAt: now };
  }
  return { ...page, paged };
}

/** After the last step. Where nobody was reachable at all, the steps begin again when somebody is. */
function ended(page: Page, { policy, hours }: Walk): Page {
  if (page.acknowledgedAt !== undefined) return stopped(page, policy, 0);
  if (page.paged.some(({ person }) => person !== undefined)) return { ...page, state: 'exhausted', isStopped: true };
  const teams = policy.teams.filter(({ id }) => id === page.teamId || id === page.ownerId);
  const next = hours.nextReachable(teams.flatMap(personNotices));
  if (next === undefined) return { ...page, state: 'exhausted', isStopped: true };
  return { ...page, teamId: page.ownerId, at: 0, round: 0, dueAt: toIso(next) };
}

/** Nothing more happens by itself, unless the acknowledgement expires. */
export function stopped(page: Page, policy: Pick<Policy, 'acknowledgementMinutes'>, nowMs: number): Page {
  const { acknowledgementMinutes: minutes } = policy;
  const from = page.acknowledgedAt === undefined ? nowMs : fromIso(page.acknowledgedAt);
  const dueAt = minutes === undefined ? undefined : toIso(Math.max(nowMs, from + minutes * minuteMs));
  return { ...page, isStopped: true, dueAt };
}

/** Of this run, each channel once; without those of one person. */
const channelsOf = (page: Page, except?: string): string[] => [
  ...new Set(page.paged.filter(({ person }) => person === undefined || person !== except).map(({ target }) => target)),
];

export type Acknowledging = { by: string; person?: string | undefined; policy: Policy; nowMs: number };

/** Undefined where it changes nothing: the same person again, or a page that is over. */
export function acknowledge(page: Page, { by, person, policy, nowMs }: Acknowledging): Moved | undefined {
  if (page.state === 'settled' || page.acknowledgements.some((one) => one.by === by)) return undefined;
  const at = toIso(nowMs);
  const asked = page.paged.filter((one) => one.person !== undefined);
  const mine = asked.find((one) => one.person === person);
  const late = mine !== undefined && asked.some((one) => one.person !== person && one.firstAt > mine.firstAt);
  const next = nextStep(page, policy);
  const acknowledged: Page = {
    ...page,
    state: 'acknowledged',
    acknowledgedAt: page.acknowledgedAt ?? at,
    acknowledgements: [...page.acknowledgements, { by, person, at, late }].slice(-20),
  };
  const isFirst = page.acknowledgedAt === undefined;
  // Taken in hand before anybody was paged, or with nothing but a condition to come: nothing follows.
  const isOver = page.isStopped === true || page.paged.length === 0 || next === undefined || isCondition(next);
  const isEnd = isFirst && isOver;
  const after = isEnd ? stopped({ ...acknowledged, turn: page.turn + 1 }, policy, nowMs) : acknowledged;
  const others = channelsOf(page, person);
  // PagerDuty hears of it over the acknowledging person's own channel too: nobody else would tell it.
  const pagerDuty = channelsOf(page).filter((id) => isPagerDuty(policy, id));
  const told = [...new Set([...others, ...pagerDuty])].map((target): Told => ({
    action: 'acknowledged',
    target,
    what: whatOf(page),
    by: person ?? by,
    late,
  }));
  return { after, told };
}

const isPagerDuty = ({ targets }: Policy, id: string): boolean =>
  targets.some((target) => target.id === id && target.kind === 'pagerduty');

/** The matter is over: those who were paged are told, once. */
export function settle(page: Page, nowMs: number): Moved {
  const told = channelsOf(page).map((target): Told => ({ action: 'settled', target, what: whatOf(page) }));
  const after: Page = {
    ...page,
    state: 'settled',
    turn: page.turn + 1,
    dueAt: undefined,
    isStopped: true,
    settledAt: toIso(nowMs),
  };
  return { after, told };
}

/** From the first step, by the policy of now. PagerDuty's incident of the run before is closed: a new one rings again. */
export function runAgain(page: Page, policy: Policy, nowMs: number): Moved {
  const old = page.state === 'settled' ? [] : channelsOf(page).filter((id) => isPagerDuty(policy, id));
  const told = old.map((target): Told => ({ action: 'settled', target, what: whatOf(page) }));
  const now = toIso(nowMs);
  const after: Page = {
    ...page,
    acknowledgedAt: undefined,
    settledAt: undefined,
    isStopped: undefined,
    run: page.run + 1,
    turn: page.turn + 1,
    state: 'paging',
    teamId: page.ownerId,
    policyVersion: policy.version,
    at: 0,
    round: 0,
    dueAt: now,
    startedAt: now,
    paged: [],
    missed: [],
    acknowledgements: [],
  };
  return { after, told };
}

/** What was sent cannot arrive: the next step is due at once. */
export const goOn = (page: Page, nowMs: number): Moved => ({
  after: { ...page, turn: page.turn + 1, dueAt: toIso(nowMs) },
  told: [],
});

/** More of the same matter: whoever was paged is told once of each new kind of it; nobody is paged anew. */
export function updated(page: Page, sources: Page['sources'], what: Happening): Moved {
  const isNew = !page.sources.some((source) => source.what === what);
  const told = isNew ? channelsOf(page).map((target): Told => ({ action: 'updated', target, what })) : [];
  return { after: { ...page, sources }, told };
}
