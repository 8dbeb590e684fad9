import { handlerByKind, type QueueFunction } from '../shared/platform/queue-handler.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import { createStepWish } from '../shared/escalations/step-wish.ts';
import { createStepEscalation } from '../shared/escalations/step-escalation.ts';

/** Files and follows cases, one step of one escalation per message; and writes on them, one wish per message. */
export const escalationsQueue = (deps: EscalationDeps): QueueFunction => ({
  name: 'runEscalation',
  queue: 'escalations',
  handle: handlerByKind({
    'escalation-step': createStepEscalation(deps),
    'escalation-wish': createStepWish(deps),
  }),
});
