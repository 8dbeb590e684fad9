import { createJoinCase } from '../shared/escalations/join-case.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import { createStepWish } from '../shared/escalations/step-wish.ts';
import { createStepEscalation } from '../shared/escalations/step-escalation.ts';
import { handlerByKind, type QueueFunction } from '../shared/platform/queue-handler.ts';

/** Files and follows cases, one step of one escalation per message; brings requests onto cases that they share; writes on cases. */
export const escalationsQueue = (deps: EscalationDeps): QueueFunction => ({
  name: 'runEscalation',
  queue: 'escalations',
  handle: handlerByKind({
    'escalation-step': createStepEscalation(deps),
    'escalation-join': createJoinCase(deps),
    'escalation-wish': createStepWish(deps),
  }),
});
