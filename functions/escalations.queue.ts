import type { QueueFunction } from '../shared/platform/queue-handler.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import { createStepEscalation } from '../shared/escalations/step-escalation.ts';

/** Files and follows cases, one step of one escalation per message. */
export const escalationsQueue = (deps: EscalationDeps): QueueFunction => ({
  name: 'runEscalation',
  queue: 'escalations',
  handle: createStepEscalation(deps),
});
