import type { QueueFunction, QueueHandler } from '../shared/platform/queue-handler.ts';

/** Sends what portals are owed, one try of one webhook per message. */
export const deliveries = ({ deliver }: { deliver: QueueHandler }): QueueFunction => ({
  name: 'deliverNotice',
  queue: 'deliveries',
  handle: deliver,
});
