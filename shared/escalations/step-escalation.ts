import * as z from 'zod';
import { fromIso } from '../core/clock.ts';
import { deleteWake, readWake } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { expireClaim } from './claim.ts';
import { followCase } from './follow-cases.ts';
import { nextTurn } from './filing.ts';
import { fileCase } from './file-case.ts';
import { settleHorizonMs } from './filing-horizon.ts';
import { eventWake, readEscalation } from './escalation-store.ts';
import { escalationEvents } from './events.ts';
import type { EscalationDeps } from './ports.ts';
import { endStep, goOnAt, type Step } from './step.ts';

const stepBodySchema = z.object({ kind: z.literal('escalation-step'), escalationId: z.string(), turn: z.int() });

/**
 * Consumer of queue `escalations`: takes an escalation one step further. Whatever the other side does ends in a row and a later
 * wake; thrown is only what is a bug, or storage away.
 */
export function createStepEscalation(deps: EscalationDeps, settleMs = settleHorizonMs): QueueHandler {
  return async ({ pk, rk, body }, scope) => {
    const table = deps.tables('escalations');
    const { escalationId, turn } = stepBodySchema.parse(body);
    if (!(await readWake(table, { pk, rk }))) return;
    const held = await readEscalation(table, escalationId);
    if (held?.row.turn !== turn) {
      // A wake of an earlier turn, or of nothing at all.
      await deleteWake(table, { pk, rk });
      return;
    }
    await takeStep({ deps, held, done: rk, scope, settleMs });
  };
}

async function takeStep(step: Step): Promise<void> {
  const { state } = step.held.row;
  step.scope.log(escalationEvents.step, { escalationId: step.held.row.id, state });
  if (state === 'intended') return fileCase(step);
  if (state === 'claimed') return endClaim(step);
  if (state === 'filed' || state === 'following') return followCase(step);
  await endStep(step, { after: { ...step.held.row, turn: step.held.row.turn + 1 } });
}

/** A wake that comes early, by another instance's clock, is owed again: a prolonged claim has a turn of its own. */
async function endClaim(step: Step): Promise<void> {
  const { deps, held } = step;
  const nowMs = deps.clock.now();
  const until = held.row.claimedUntil === undefined ? nowMs : fromIso(held.row.claimedUntil);
  if (nowMs < until) {
    await goOnAt(step, { after: nextTurn(held.row), dueAt: until });
    return;
  }
  const { after, event } = expireClaim(held.row, nowMs);
  await endStep(step, { after, event, wakes: [eventWake(event, nowMs)] });
}
