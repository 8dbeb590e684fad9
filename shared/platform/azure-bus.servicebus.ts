import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { unavailable } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import { messageIdCharacters, type Bus, type OutMessage } from './bus.ts';
import type { QueueName } from './resources.ts';

const sendCallMs = 5_000;

/** Without these a retry waits thirty seconds, and so does the first send after a broker restart. */
export const busClientOptions = { retryOptions: { maxRetries: 1, retryDelayInMs: 300, timeoutInMs: sendCallMs } };

type Connection = {
  client: Promise<ServiceBusClient>;
  senders: Map<QueueName, ServiceBusSender>;
  /** Sends under way. */
  sends: number;
  isBroken: boolean;
};

/**
 * Service Bus behind the Bus port. `connect` is called at the first send, so that the library is not loaded by calls that send
 * nothing. After a failed send its connection is used no more and a new one is made: an idle sender that the broker detached
 * does not always come back by itself (azure-sdk-for-js #38988). Throws AppError `unavailable`, and what the library says of a
 * message that no connection would take.
 */
export function azureBus(connect: () => Promise<ServiceBusClient>, clock: Clock): Bus & { close(): Promise<void> } {
  let current: Connection | undefined;

  const open = (): Connection => {
    current ??= { client: connect(), senders: new Map(), sends: 0, isBroken: false };
    return current;
  };
  const leave = (used: Connection) => {
    used.isBroken = true;
    if (current === used) current = undefined;
  };

  return {
    close: async () => {
      const closing = current;
      current = undefined;
      if (closing) await (await closing.client).close();
    },
    send: async (queue, messages) => {
      const batch = messages.map(toMessage);
      const used = open();
      used.sends++;
      try {
        const sender = await senderOf(used, queue);
        await sender.sendMessages(batch, { abortSignal: clock.deadline(sendCallMs) });
      } catch (error) {
        if (codeOf(error) === 'MessageSizeExceeded') throw error;
        if (codeOf(error) !== 'QuotaExceeded') leave(used);
        throw unavailable('bus', error);
      } finally {
        used.sends--;
        // The others that use it may yet succeed. Closing may hang with the connection it closes; nobody waits for it.
        if (used.isBroken && used.sends === 0) {
          void used.client.then(async (client) => client.close()).catch(() => undefined);
        }
      }
    },
  };
}

async function senderOf({ client, senders }: Connection, queue: QueueName): Promise<ServiceBusSender> {
  const connected = await client;
  const known = senders.get(queue);
  if (known) return known;
  const made = connected.createSender(queue);
  senders.set(queue, made);
  return made;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Throws a RangeError for what the library would refuse, before any connection is asked. */
function toMessage(message: OutMessage): ServiceBusMessage {
  if (message.id.length > messageIdCharacters) throw new RangeError(`a message id is too long: ${message.id}`);
  return {
    messageId: message.id,
    body: message.body,
    correlationId: message.correlationId,
    contentType: 'application/json',
    ...(message.notBefore !== undefined && { scheduledEnqueueTimeUtc: new Date(message.notBefore) }),
  };
}
