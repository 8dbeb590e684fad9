import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { unavailable } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Bus, OutMessage } from './bus.ts';
import type { QueueName } from './resources.ts';

const sendCallMs = 5_000;

/** Without these a retry waits thirty seconds, and so does the first send after a broker restart. */
export const busClientOptions = { retryOptions: { maxRetries: 1, retryDelayInMs: 300, timeoutInMs: sendCallMs } };

/**
 * Service Bus behind the Bus port. `connect` is called at the first send, so that the library is not loaded by calls that send
 * nothing. After a failed send the connection is dropped and made anew: an idle sender that the broker detached does not always
 * come back by itself (azure-sdk-for-js #38988).
 */
export function azureBus(connect: () => Promise<ServiceBusClient>, clock: Clock): Bus & { close(): Promise<void> } {
  let client: Promise<ServiceBusClient> | undefined;
  const senders = new Map<QueueName, ServiceBusSender>();

  const senderOf = async (queue: QueueName): Promise<ServiceBusSender> => {
    client ??= connect();
    const connected = await client;
    const known = senders.get(queue);
    if (known) return known;
    const made = connected.createSender(queue);
    senders.set(queue, made);
    return made;
  };
  const close = async () => {
    const closing = client;
    client = undefined;
    senders.clear();
    if (closing) await (await closing).close();
  };

  return {
    close,
    send: async (queue, messages) => {
      try {
        const sender = await senderOf(queue);
        await sender.sendMessages(messages.map(toMessage), { abortSignal: clock.deadline(sendCallMs) });
      } catch (error) {
        // Closing may hang with the connection it closes; nobody waits for it.
        void close().catch(() => undefined);
        throw unavailable('bus', error);
      }
    },
  };
}

const toMessage = (message: OutMessage): ServiceBusMessage => ({
  messageId: message.id,
  body: message.body,
  correlationId: message.correlationId,
  contentType: 'application/json',
  ...(message.notBefore !== undefined && { scheduledEnqueueTimeUtc: new Date(message.notBefore) }),
});
