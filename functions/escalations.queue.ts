import { createJoinCase } from '../shared/escalations/join-case.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import { createStepEscalation } from '../shared/escalations/step-escalation.ts';
import { handlerByKind, type QueueFunction } from '../shared/platform/queue-handler.ts';

/** Files and follows cases, one step of one escalation per message; and brings requests onto cases that they share. */
export const escalationsQueue = (deps: EscalationDeps): QueueFunction => ({
  name: 'runEscalation',
  queue: 'escalations',
  handle: handlerByKind({
    'escalation-step': createStepEscalation(deps),
    'escalation-join': createJoinCase(deps),
  }),
});
