import { fromIso, minuteMs } from '../core/clock.ts';
import { contended } from '../platform/contended.ts';
import type { Wake } from '../platform/outbox.ts';
import { learnCapability } from './contract-store.ts';
import { isOver } from './escalatable.ts';
import { nextId } from './escalate.ts';
import type { EscalationRow } from './escalation.ts';
import type { Moved } from './escalation-rules.ts';
import {
  commitChange,
  eventWake,
  readContent,
  readEscalation,
  stepWake,
  ticketNameOf,
  type Change,
} from './escalation-store.ts';
import { escalationEvents } from './events.ts';
import type { CaseState, FileOutcome, FilingChannel, FilingJob, Passing, Refused } from './filing-channel.ts';
import { settleHorizonMs, staleIntentMs } from './filing-horizon.ts';
import {
  cancelled,
  doubted,
  filed,
  filingSleepMs,
  intend,
  lastingCode,
  nextStep,
  nextTurn,
  park,
  pollDueAt,
  settledAt,
  troubled,
  turnAssisted,
  untroubled,
  withoutIntent,
} from './filing.ts';
import { isHeld, readRestored } from '../platform/restored-desk.ts';
import { ownRequestOf } from './joining.ts';
import { carriedByAnother, givingWay } from './keep-case.ts';
import { doubtAbout, settled } from './restored.ts';
import { isRefusal } from '../platform/table.ts';
import { endStep, goOnAt, jobOf, type Step } from './step.ts';

type End = Omit<Change, 'held' | 'done'>;

/**
 * Files a case by the Azure channel, at most once. Before the only call that can make a ticket, an intent is written under the
 * row's ETag: of two workers one gets through, and whoever finds an intent looks for the ticket by its name, and puts it again
 * only when it is not there after the settle horizon.
 */
export async function fileCase(step: Step): Promise<void> {
  const job = jobOf(step);
  if (!job) {
    await troubleStep(step, step.held.row, { kind: 'passing', reason: 'connection not configured' });
    return;
  }
  const next = nextStep(step.held.row);
  if (next === 'submit') return submit(step, job);
  if (next === 'look') return look(step, job);
  return poll(step, job);
}

async function submit(step: Step, job: FilingJob): Promise<void> {
  const { deps, held, scope } = step;
  // After the row: whoever reads a row that came back finds what was written before it.
  const back = await readRestored(deps.tables('desk'));
  if (back && !(await isLookedFor(step, job, isHeld(back.restored)))) return;
  if (await isWithdrawn(step)) return conclude(step, (row) => told(step, cancelled(row, now(step))));
  const { packet, override } = await readContent(deps.tables('escalations'), held.row.id);
  if (!packet)
    return conclude(step, (row) => told(step, park(row, 'rejected', { nowMs: now(step), upstream: 'no packet' })));
  const prepared = await deps.channel.prepare(job, packet);
  if (prepared.kind === 'passing') return troubleStep(step, withoutIntent(held.row), prepared);
  if (prepared.kind === 'refused') return refuse(step, prepared);
  const other = await contended(deps, async () => carriedByAnother(deps, held.row, { override, nowMs: now(step) }));
  if (other) return conclude(step, (row) => told(step, givingWay(row, other, now(step))));
  const intended = await writeIntent(step);
  if (!intended) return;
  const { intentAt } = intended.held.row;
  if (intentAt !== undefined && now(step) - fromIso(intentAt) > staleIntentMs) {
    await goOnAt(intended, { after: nextTurn(withoutIntent(intended.held.row)), dueAt: now(step) });
    return;
  }
  const outcome = await prepared.submit();
  scope.log(escalationEvents.step, { escalationId: held.row.id, put: outcome.kind });
  await settle(intended, outcome);
}

/** Nobody waits for Microsoft any more. Asked only where no ticket can exist: one that does is followed to its end. */
async function isWithdrawn({ deps, held }: Step): Promise<boolean> {
  // Others that share the case go their own way once it is given up.
  const request = await deps.requests.readForEscalation(ownRequestOf(held.row));
  return request !== undefined && isOver(request);
}

/** Undefined where another worker has the intent. */
async function writeIntent(step: Step): Promise<Step | undefined> {
  const after = intend(step.held.row, now(step));
  try {
    return { ...step, held: await commitChange(step.deps, { held: step.held, after }, step.scope) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    step.scope.log(escalationEvents.overtaken, { escalationId: after.id });
    return undefined;
  }
}

async function settle(step: Step, outcome: FileOutcome): Promise<void> {
  switch (outcome.kind) {
    case 'filed':
      return adopt(step, outcome.case);
    case 'accepted': {
      const dueAt = pollDueAt(now(step), outcome.retryAfterSeconds);
      return conclude(step, (row) => later(nextTurn(row, { operation: outcome.operation, ...untroubled }), dueAt));
    }
    case 'unknown':
      return conclude(step, (row) => laterAfterTrouble(step, row, outcome));
    case 'passing':
      return conclude(step, (row) => laterAfterTrouble(step, withoutIntent(row), outcome));
    case 'refused':
      return refuse(step, outcome);
  }
}

async function look(step: Step, job: FilingJob): Promise<void> {
  const { row } = step.held;
  const found = await step.deps.channel.find(job);
  switch (found.kind) {
    case 'found':
      return adopt(step, found.case);
    case 'absent': {
      if (isSettled(step)) return submit(step, job);
      const { after, dueAt } = askedAgain(step, { ...row, operation: undefined });
      await goOnAt(step, { after, dueAt: Math.max(dueAt, settledAt(row, step.settleMs)) });
      return;
    }
    case 'passing':
      return troubleStep(step, row, found);
    case 'refused':
      return conclude(step, (fresh) =>
        told(step, park(fresh, 'unverified', { nowMs: now(step), upstream: found.upstream })),
      );
  }
}

/**
 * On a desk that came back from an export no row says what was filed after it: the name is looked for before every first try too. False
 * where the ticket was found, or its absence is not known, or nothing may be filed yet.
 */
async function isLookedFor(step: Step, job: FilingJob, held: boolean): Promise<boolean> {
  const { row } = step.held;
  const found = await findAny(step, job);
  switch (found.kind) {
    case 'found':
      await adopt(step, found.case);
      return false;
    case 'absent':
      if (!held) return true;
      await goOnAt(step, { after: nextTurn(row, absentSince(row, now(step))), dueAt: now(step) + filingSleepMs });
      return false;
    case 'passing':
      await troubleStep(step, row, found);
      return false;
    case 'refused':
      await conclude(step, (fresh) =>
        told(step, park(fresh, 'unverified', { nowMs: now(step), upstream: found.upstream })),
      );
      return false;
  }
}

/** Of one that came back also the next of its request is looked for: it may have been given up since, and escalated again. */
async function findAny({ deps, held: { row } }: Step, job: FilingJob): ReturnType<FilingChannel['find']> {
  const found = await deps.channel.find(job);
  if (found.kind !== 'absent' || row.restoredAt === undefined) return found;
  const ticketName = ticketNameOf(nextId(ownRequestOf(row), [row]));
  const later = await deps.channel.find({ ...job, ticketName });
  return later.kind === 'found' ? { kind: 'refused', code: 'rejected', upstream: `${ticketName} is there` } : later;
}

/** What was put in the last moment before the restore can be seen once the settle horizon has passed. */
const absentSince = (row: EscalationRow, nowMs: number): Partial<EscalationRow> =>
  row.restoredAt !== undefined && nowMs >= fromIso(row.restoredAt) + settleHorizonMs ? settled : {};

async function poll(step: Step, job: FilingJob): Promise<void> {
  const { row } = step.held;
  const progress = await step.deps.channel.progress(job, row.operation ?? '');
  switch (progress.kind) {
    case 'running': {
      // What never ends may have made its ticket long ago.
      const found = isSettled(step) ? await step.deps.channel.find(job) : undefined;
      if (found?.kind === 'found' && found.case.number !== undefined) return adopt(step, found.case);
      await endStep(step, askAgain(step, row, progress.retryAfterSeconds));
      return;
    }
    case 'ended':
      return look(step, job);
    case 'passing':
      return troubleStep(step, row, progress);
    case 'refused':
      return refuse(step, progress);
  }
}

/** The ticket is there: it is the escalation's, whoever put it. Its number may still be on the way. */
async function adopt(step: Step, seen: CaseState): Promise<void> {
  const { number } = seen;
  if (number === undefined) {
    return conclude(step, (row) => askAgain(step, { ...row, operation: undefined }));
  }
  const syncAt = now(step) + step.deps.caseSyncMinutes * minuteMs;
  await conclude(step, (row) => {
    const moved = filed(row, { ...seen, number }, now(step));
    return { ...moved, wakes: [eventWake(moved.event, now(step)), stepWake(moved.after, syncAt)] };
  });
  await learn(step, 'proven');
}

async function refuse(step: Step, { code, upstream }: Refused): Promise<void> {
  step.scope.log(escalationEvents.refused, { escalationId: step.held.row.id, code, upstream });
  if (code !== 'plan') return conclude(step, (row) => told(step, park(row, code, { nowMs: now(step), upstream })));
  const request = await step.deps.requests.readForEscalation(ownRequestOf(step.held.row));
  const doubt = await doubtAbout(step.deps.tables('desk'), request);
  await conclude(step, (row) => told(step, turnAssisted(row, { nowMs: now(step), upstream, doubt })));
  await learn(step, 'refused', upstream);
}

async function learn({ deps, held }: Step, state: 'proven' | 'refused', reason?: string): Promise<void> {
  const desk = deps.tables('desk');
  const { connectionId, subscriptionId } = held.row;
  if (subscriptionId === undefined) return;
  await learnCapability(
    { desk, clock: deps.clock },
    { connectionId, channel: 'azure-support', subscriptionId, state, ...(reason !== undefined && { reason }) },
  );
}

async function troubleStep(step: Step, row: EscalationRow, trouble: Passing): Promise<void> {
  await endStep(step, laterAfterTrouble(step, row, trouble));
}

function laterAfterTrouble(step: Step, row: EscalationRow, trouble: Omit<Passing, 'kind'>): End {
  step.scope.log(escalationEvents.troubled, { escalationId: row.id, reason: trouble.reason, failures: row.failures });
  const nowMs = now(step);
  const lasting = lastingCode(row, trouble, nowMs);
  if (lasting) return told(step, park(row, lasting, { nowMs, upstream: trouble.doubt?.upstream }));
  const { retryAfterSeconds } = trouble;
  const { random } = step.deps;
  const pace = { nowMs, random, retryAfterSeconds, maxMs: filingSleepMs };
  const { after, dueAt } = troubled(doubted(row, trouble, nowMs), pace);
  return later(after, dueAt);
}

const isSettled = (step: Step): boolean => now(step) >= settledAt(step.held.row, step.settleMs);

/** At least each minute while a ticket is usually made, then ever more rarely, for as long as it takes. */
function askAgain(step: Step, row: EscalationRow, retryAfterSeconds?: number): End {
  const { after, dueAt } = askedAgain(step, row, retryAfterSeconds);
  return later(after, dueAt);
}

/** Later each time, from the first: what is due in a moment by a slow clock is overdue by the bus's, and would come at once. */
function askedAgain(step: Step, row: EscalationRow, retryAfterSeconds?: number) {
  const pace = { nowMs: now(step), random: step.deps.random, retryAfterSeconds };
  return troubled({ ...row, doubtedSince: undefined }, { ...pace, ...(!isSettled(step) && { maxMs: minuteMs }) });
}

const later = (after: EscalationRow, dueAt: number): End => ({ after, wakes: [stepWake(after, dueAt)] });

const told = (step: Step, moved: Moved & { wakes?: Wake[] }): End => ({
  ...moved,
  wakes: [eventWake(moved.event, now(step)), ...(moved.wakes ?? [])],
});

const now = ({ deps }: Step): number => deps.clock.now();

/**
 * Writes what a try has come to. What Microsoft has answered must not be lost to a second worker that rescheduled meanwhile: as
 * long as it is still this try that is open, the end is written onto the row as it now stands.
 */
async function conclude(step: Step, endFor: (row: EscalationRow) => End): Promise<void> {
  const { row } = step.held;
  let current = step;
  for (let tries = 0; tries < 5; tries++) {
    if (await endStep(current, endFor(current.held.row))) return;
    const held = await readEscalation(step.deps.tables('escalations'), row.id);
    if (held?.row.state !== 'intended' || held.row.attempt !== row.attempt) return;
    // The wake of another turn is that worker's; raising the turn makes it stale.
    current = { ...step, held, done: held.row.turn === row.turn ? step.done : undefined };
  }
}
