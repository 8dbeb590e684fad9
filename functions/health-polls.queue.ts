import * as z from 'zod';
import type { QueueFunction, QueueHandler } from '../shared/platform/queue-handler.ts';

type HealthPollsDeps = { pollShard: QueueHandler; syncDirectory: QueueHandler };

const bodySchema = z.object({ kind: z.enum(['shard', 'directory']) });

/** Everything that is read from Microsoft in turns: service health shard by shard, customers page by page. */
export const healthPolls = ({ pollShard, syncDirectory }: HealthPollsDeps): QueueFunction => ({
  name: 'runHealthPoll',
  queue: 'health-polls',
  handle: async (message, scope) => {
    const { kind } = bodySchema.parse(message.body);
    await (kind === 'shard' ? pollShard(message, scope) : syncDirectory(message, scope));
  },
});
