import type { QueueFunction, QueueHandler } from '../shared/platform/queue-handler.ts';

/** Sends what portals are owed, one try of one webhook per message, and takes pages of people on. Those say their kind. */
export const deliveries = ({ deliver, pages }: { deliver: QueueHandler; pages: QueueHandler }): QueueFunction => ({
  name: 'deliverNotice',
  queue: 'deliveries',
  handle: async (message, scope) => ('kind' in message.body ? pages : deliver)(message, scope),
});
