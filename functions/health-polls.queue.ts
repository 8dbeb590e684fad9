import { handlerByKind, type QueueFunction, type QueueHandler } from '../shared/platform/queue-handler.ts';

/** Everything that is read from Microsoft in turns, by kind of turn: a shard's service health, a page of customers and so on. */
export const healthPolls = (kinds: Readonly<Record<string, QueueHandler>>): QueueFunction => ({
  name: 'runHealthPoll',
  queue: 'health-polls',
  handle: handlerByKind(kinds),
});
