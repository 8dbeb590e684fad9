import type { ServiceBusClient } from '@azure/service-bus';
import type { Clock } from '../core/clock.ts';
import { queues, type QueueName } from './resources.ts';

/** Looks at the bus without taking anything from it. Throws where the bus is away or silent. */
export type BusProbe = {
  ping: () => Promise<void>;
  /** Dead-lettered messages by queue, counted up to a hundred each. */
  deadLetters: () => Promise<Record<string, number>>;
};

const probeCallMs = 2_000;
const countedAtMost = 100;

/**
 * A probe over a connection of its own: a peek is a question with an answer, so that a bus which accepts connections and says
 * nothing is found out too. After a failure the connection is made anew.
 */
export function azureBusProbe(connect: () => Promise<ServiceBusClient>, clock: Clock): BusProbe {
  let client: Promise<ServiceBusClient> | undefined;

  const peek = async (queue: QueueName, dead: boolean, count: number): Promise<number> => {
    client ??= connect();
    const used = client;
    try {
      const receiver = (await used).createReceiver(queue, dead ? { subQueueType: 'deadLetter' } : {});
      const messages = await receiver.peekMessages(count, { abortSignal: clock.deadline(probeCallMs) });
      void receiver.close().catch(() => undefined);
      return messages.length;
    } catch (error) {
      client = undefined;
      void used.then(async (broken) => broken.close()).catch(() => undefined);
      throw error;
    }
  };

  return {
    ping: async () => {
      await peek('desk-events', false, 1);
    },
    deadLetters: async () => {
      const names = Object.keys(queues) as QueueName[];
      const counts = await Promise.all(
        names.map(async (queue) => [queue, await peek(queue, true, countedAtMost)] as const),
      );
      return Object.fromEntries(counts);
    },
  };
}
