import { minuteMs, fromIso, toIso } from '../core/clock.ts';
import { askForNews } from './ask-claimant.ts';
import { applySeen, type KeptText } from './case-news.ts';
import { severityOf } from './case-severity.ts';
import { followerOf } from './channel-table.ts';
import type { CaseFact } from './escalation.ts';
import { move } from './escalation-rules.ts';
import { readFacts, stepWake, textOp } from './escalation-store.ts';
import { escalationEvents } from './events.ts';
import { troubled } from './filing.ts';
import { againAt } from './filing-horizon.ts';
import { tellLateness } from './late-case.ts';
import type { Fold } from './news-fold.ts';
import { readCase, type CaseReading } from './read-case.ts';
import { endStep, type Step } from './step.ts';
import { nextDueAt, syncEveryMs } from './sync-pace.ts';
import { clocksOfCase } from './watched-case.ts';

/** A case on its way through one step. `comeAgainAt`: for what was read, and for whoever is asked; the clocks may be due before. */
type Followed = Fold & { texts: KeptText[]; comeAgainAt?: number | undefined };

/**
 * One step of a case that exists: reads it where an interface gives it, tells what has changed and what Microsoft is late with, and
 * sleeps until the next read or the next due time, whichever is first. A case that cannot be read is asked for again and again, never
 * given up: nobody else would notice its answer.
 */
export async function followCase(step: Step): Promise<void> {
  const { deps, held } = step;
  const table = deps.tables('escalations');
  const [reading, known] = await Promise.all([readCase(deps, held.row), readFacts(table, held.row.id)]);
  const followed: Followed = { row: held.row, events: [], nowMs: deps.clock.now(), texts: [] };
  if (reading.kind === 'seen') {
    const isTaken = takeReading(followed, reading, { known, syncMs: deps.caseSyncMinutes * minuteMs });
    if (!isTaken) noteUnreadable(followed, anotherCase, step);
  } else if (reading.kind === 'unreadable') noteUnreadable(followed, reading, step);
  const isRead =
    followerOf(deps, held.row) !== undefined && (held.row.channel !== 'assisted' || followed.row.readAt !== undefined);
  if (!isRead) askPeople(followed);
  tellLateness(followed, factsOf(known, followed));
  await finish(step, followed, factsOf(known, followed));
}

const factsOf = (known: readonly CaseFact[], { events }: Followed): CaseFact[] => [
  ...known,
  ...events.flatMap(({ fact }) => fact ?? []),
];

type Pace = { known: readonly CaseFact[]; syncMs: number };

function takeReading(
  followed: Followed,
  { news }: Extract<CaseReading, { kind: 'seen' }>,
  { known, syncMs }: Pace,
): boolean {
  const { nowMs } = followed;
  const applied = applySeen(followed.row, news, { nowMs });
  // A ticket of another number under the same name is not the case.
  if (applied.kind === 'conflict') return false;
  followed.row = {
    ...applied.after,
    readAt: toIso(nowMs),
    unreadable: undefined,
    readNotBefore: undefined,
    failures: 0,
  };
  followed.events = applied.events;
  followed.texts = applied.texts;
  const severity = severityOf(followed.row.caseSeverity) ?? followed.row.severity;
  const clocks = clocksOfCase(followed.row, nowMs, factsOf(known, followed));
  const everyMs = syncEveryMs({ severity, clocks, nowMs, syncMs });
  followed.comeAgainAt = applied.hasMore ? nowMs : nowMs + everyMs;
  return true;
}

const anotherCase = {
  kind: 'unreadable',
  reason: 'The ticket that Microsoft gives by its name has another number than the case.',
  isRefused: true,
} as const;

/** Asked again with back-off, and not before Microsoft wants to be asked, whatever else falls due meanwhile. */
function noteUnreadable(
  followed: Followed,
  { reason, retryAfterSeconds }: Extract<CaseReading, { kind: 'unreadable' }>,
  { deps, scope }: Step,
): void {
  const { row, nowMs } = followed;
  scope.log(escalationEvents.caseUnreadable, { escalationId: row.id, reason });
  const { after, dueAt } = troubled(row, { nowMs, random: deps.random, retryAfterSeconds });
  const unreadable = { since: row.unreadable?.since ?? toIso(nowMs), reason };
  followed.row = { ...after, unreadable, readNotBefore: toIso(dueAt) };
  followed.comeAgainAt = dueAt;
}

/** Nothing gives the case: it is followed by mails, and by what its claimant is asked for. */
function askPeople(followed: Followed): void {
  const { row, nowMs } = followed;
  const { after, event, dueAt } =
    row.state === 'filed'
      ? { ...move(row, { to: 'following', what: 'following', nowMs }), dueAt: nowMs }
      : askForNews(row, nowMs);
  followed.row = after;
  if (event) followed.events.push(event);
  followed.comeAgainAt = Math.min(dueAt, followed.comeAgainAt ?? dueAt);
}

async function finish(
  step: Step,
  { row, events, texts, nowMs, comeAgainAt }: Followed,
  facts: CaseFact[],
): Promise<void> {
  const after = { ...row, turn: step.held.row.turn + 1 };
  const clockAt = nextDueAt(clocksOfCase(after, nowMs, facts), nowMs);
  const dueAts = [comeAgainAt, clockAt && againAt(clockAt, nowMs), readAgainAt(step, after, nowMs)];
  const next = Math.min(...dueAts.filter((at) => at !== undefined));
  await endStep(step, {
    after,
    events,
    wakes: after.state === 'closed' || !Number.isFinite(next) ? [] : [stepWake(after, next)],
    more: texts.map(({ key, text }) => textOp(after.id, key, text)),
  });
}

/** A step that came before Microsoft wants to be asked again: the read is owed still. */
const readAgainAt = ({ deps, held }: Step, { readNotBefore }: Followed['row'], nowMs: number): number | undefined =>
  readNotBefore !== undefined && followerOf(deps, held.row)
    ? againAt(Math.max(nowMs, fromIso(readNotBefore)), nowMs)
    : undefined;
