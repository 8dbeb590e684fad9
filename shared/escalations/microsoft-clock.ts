import { fromIso, hourMs, toIso } from '../core/clock.ts';
import { dueAfter, pausesOf, pausesWithin, type Pause } from '../core/paused.ts';
import { letterOf, type Severity } from './case-severity.ts';
import type { CaseFact } from './escalation.ts';

/** What Microsoft has promised for a case: hours round the clock until its first response, and where that stands. */
export type Targets = { responseHours: Record<Severity, number>; source?: string | undefined };

/**
 * After how many hours without a word of Microsoft's a case is looked after. Ours: Microsoft promises no pace of its words, only
 * the first one and those it names itself.
 */
export const silenceHours: Record<Severity, number> = { critical: 4, moderate: 24, minimal: 72 };

/** All that Microsoft's clocks depend on. `severity` is that of the filing; facts may come in any order. Times are ISO. */
export type Watched = {
  filedAt: string;
  severity: Severity;
  targets?: Targets | undefined;
  facts: readonly CaseFact[];
  /** The case is closed: nothing runs any more. */
  closedAt?: string | undefined;
};

export type MicrosoftClock = {
  clock: 'microsoft-first-response' | 'microsoft-next-update' | 'microsoft-silence';
  startedAt: string;
  dueAt: string;
  state: 'running' | 'met' | 'missed' | 'paused';
  metAt?: string;
  how: string;
  pauses: Pause[];
  /** Names this lateness, once and for all. */
  key: string;
};

const waitsForUs = 'Microsoft waits for an answer of the partner.';

/** Microsoft's clocks, replayed from what happened: what was known late counts from when it was. */
export function microsoftClocks(watched: Watched, nowMs: number): MicrosoftClock[] {
  const facts = factsUntil(watched, nowMs);
  const heard = facts.filter((fact) => fact.heard).map(({ at }) => at);
  const pauses = pausesOf(
    facts.flatMap(({ at, needsAnswer }) => (needsAnswer === undefined ? [] : [{ at, isOn: needsAnswer }])),
    waitsForUs,
  );
  const replay: Replay = { watched, facts, heard, pauses, nowMs: endOf(watched, nowMs) };
  const response = firstResponse(replay);
  const promise = nextUpdate(replay);
  const silence = watched.closedAt === undefined ? [silenceClock(replay, response, promise)] : [];
  return [...(response ? [response] : []), ...(promise ? [promise] : []), ...silence];
}

type Replay = {
  watched: Watched;
  facts: readonly CaseFact[];
  heard: readonly string[];
  pauses: readonly Pause[];
  nowMs: number;
};

const endOf = ({ closedAt }: Watched, nowMs: number): number =>
  closedAt === undefined ? nowMs : Math.min(nowMs, fromIso(closedAt));

/** In their order, and none before the case was there. */
function factsUntil(watched: Watched, nowMs: number): CaseFact[] {
  const end = toIso(endOf(watched, nowMs));
  return watched.facts
    .filter(({ at }) => at <= end)
    .map((fact) => (fact.at < watched.filedAt ? { ...fact, at: watched.filedAt } : fact))
    .sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1));
}

type Timing = Pick<MicrosoftClock, 'clock' | 'startedAt' | 'how' | 'key'> & {
  allowanceMs: number;
  metAt?: string | undefined;
};

function clockFrom({ allowanceMs, metAt, ...named }: Timing, { pauses, nowMs }: Replay): MicrosoftClock {
  const { startedAt } = named;
  const within = pausesWithin(pauses, startedAt, metAt);
  const run = { startMs: fromIso(startedAt), nowMs, pauses: within };
  const dueAt = toIso(dueAfter(allowanceMs, run) ?? fromIso(startedAt) + allowanceMs);
  const isLate = (metAt ?? toIso(nowMs)) > dueAt;
  const isPaused = metAt === undefined && within.at(-1)?.to === undefined && within.length > 0;
  const state = isLate ? 'missed' : metAt !== undefined ? 'met' : isPaused ? 'paused' : 'running';
  return { ...named, dueAt, state, ...(metAt !== undefined && { metAt }), pauses: within };
}

/** A severity that changes moves the due time as if it had been so from the filing on; the time that has passed stays passed. */
function firstResponse(replay: Replay): MicrosoftClock | undefined {
  const { watched, heard } = replay;
  const { filedAt, targets } = watched;
  if (targets === undefined) return undefined;
  const [metAt] = heard;
  const severity = severityAt(replay, metAt);
  const hours = targets.responseHours[severity];
  const source = targets.source === undefined ? '' : ` Source: ${targets.source}.`;
  const how = `${String(hours)} h from the filing, by the vehicle for severity ${letterOf(severity)}, round the clock.${source}`;
  const key = 'first-response';
  return clockFrom(
    { clock: 'microsoft-first-response', startedAt: filedAt, allowanceMs: hours * hourMs, metAt, how, key },
    replay,
  );
}

const severityAt = ({ watched, facts }: Replay, at = '9'): Severity =>
  facts.reduce(
    (known, fact) => (fact.severity !== undefined && fact.at <= at ? fact.severity : known),
    watched.severity,
  );

function nextUpdate(replay: Replay): MicrosoftClock | undefined {
  const { facts, heard } = replay;
  const promise = facts.findLast((fact) => fact.nextUpdateBy !== undefined);
  if (promise?.nextUpdateBy === undefined) return undefined;
  const { at: startedAt, nextUpdateBy } = promise;
  const metAt = heard.find((one) => one > startedAt);
  const allowanceMs = fromIso(nextUpdateBy) - fromIso(startedAt);
  const how = `Microsoft said on ${plain(startedAt)} that it would write by ${plain(nextUpdateBy)}.`;
  const key = `next-update|${nextUpdateBy}`;
  return clockFrom({ clock: 'microsoft-next-update', startedAt, allowanceMs, metAt, how, key }, replay);
}

/** Counts from Microsoft's last word, and not before what it owes anyway is due. */
function silenceClock(replay: Replay, response?: MicrosoftClock, promise?: MicrosoftClock): MicrosoftClock {
  const { watched, heard } = replay;
  const owed = [response, promise].flatMap((clock) => (clock && clock.metAt === undefined ? [clock.dueAt] : []));
  const startedAt = [heard.at(-1) ?? watched.filedAt, ...owed].reduce((a, b) => (a > b ? a : b));
  const severity = severityAt(replay);
  const hours = silenceHours[severity];
  const how = `${String(hours)} h without a word at severity ${letterOf(severity)}: the desk's own limit.`;
  const key = `silence|${heard.at(-1) ?? watched.filedAt}`;
  return clockFrom({ clock: 'microsoft-silence', startedAt, allowanceMs: hours * hourMs, how, key }, replay);
}

export const plain = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** What Microsoft is late with now, and has not made good. */
export const lateNow = (clocks: readonly MicrosoftClock[]): MicrosoftClock[] =>
  clocks.filter(({ state, metAt }) => state === 'missed' && metAt === undefined);
