import { handlerByKind, type QueueFunction, type QueueHandler } from '../shared/platform/queue-handler.ts';

/** Every kind of event of the desk, on one queue: what happened, and who makes it known. */
export const deskEventsFunction = (kinds: Readonly<Record<string, QueueHandler>>): QueueFunction => ({
  name: 'projectDeskEvents',
  queue: 'desk-events',
  handle: handlerByKind(kinds),
});
