import * as z from 'zod';
import { deleteWake, readWake } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { askAcceptance, askClaimant } from './ask-claimant.ts';
import { followCase } from './follow-cases.ts';
import { fileCase } from './file-case.ts';
import { settleHorizonMs } from './filing-horizon.ts';
import { isAtMicrosoft } from './escalation.ts';
import { readEscalation } from './escalation-store.ts';
import { escalationEvents } from './events.ts';
import type { EscalationDeps } from './ports.ts';
import { endStep, type Step } from './step.ts';

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
  if (state === 'claimed') return askClaimant(step);
  if (state === 'handed-off') return askAcceptance(step);
  if (isAtMicrosoft(step.held.row)) return followCase(step);
  await endStep(step, { after: { ...step.held.row, turn: step.held.row.turn + 1 } });
}
