import { minuteMs } from '../core/clock.ts';
import { move } from './escalation-rules.ts';
import { eventWake, stepWake } from './escalation-store.ts';
import { escalationEvents } from './events.ts';
import { caseColumns, followed, nextTurn, troubled } from './filing.ts';
import type { CaseState } from './filing-channel.ts';
import { endStep, goOnAt, jobOf, type Step } from './step.ts';

/**
 * Reads a filed case and tells what has changed; then sleeps until the next sync. A case that cannot be read is asked for again
 * and again, never given up: nobody else would notice its answer.
 */
export async function followCase(step: Step): Promise<void> {
  const { deps, held } = step;
  if (held.row.channel === 'assisted') return followByPerson(step);
  const job = jobOf(step);
  const found = job ? await deps.channel.find(job) : { kind: 'absent' as const };
  if (found.kind === 'found') return sync(step, found.case);
  step.scope.log(escalationEvents.caseUnreadable, { escalationId: held.row.id, answer: found.kind });
  const retryAfterSeconds = found.kind === 'passing' ? found.retryAfterSeconds : undefined;
  await goOnAt(step, troubled(held.row, { nowMs: deps.clock.now(), random: deps.random, retryAfterSeconds }));
}

async function sync(step: Step, seen: CaseState): Promise<void> {
  const { deps, held } = step;
  const nowMs = deps.clock.now();
  const dueAt = nowMs + deps.caseSyncMinutes * minuteMs;
  const moved = followed(held.row, seen, nowMs);
  if (!moved) {
    await goOnAt(step, { after: nextTurn(held.row, { ...caseColumns(seen), failures: 0 }), dueAt });
    return;
  }
  const { after, event } = moved;
  const wakes = [eventWake(event, nowMs), ...(after.state === 'closed' ? [] : [stepWake(after, dueAt)])];
  await endStep(step, { after, event, wakes });
}

/** A case that a person filed cannot be read: it is followed by what people tell. */
async function followByPerson(step: Step): Promise<void> {
  const { deps, held } = step;
  const nowMs = deps.clock.now();
  if (held.row.state !== 'filed') {
    await endStep(step, { after: nextTurn(held.row) });
    return;
  }
  const change = { turn: held.row.turn + 1 };
  const { after, event } = move(held.row, { to: 'following', what: 'following', nowMs, change });
  await endStep(step, { after, event, wakes: [eventWake(event, nowMs)] });
}
