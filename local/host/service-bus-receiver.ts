import { ServiceBusClient } from '@azure/service-bus';

import type { ReceivedMessage } from './service-bus-message.ts';

export type Delivery = {
  message: ReceivedMessage;
  complete(): Promise<void>;
  abandon(): Promise<void>;
};

/** What the trigger needs of a queue. Errors are told, never thrown: the receiver comes back by itself. */
export type ReceiverPort = {
  start(handlers: { onDelivery: (delivery: Delivery) => Promise<void>; onError: (error: unknown) => void }): void;
  /** No further deliveries; those at hand can still be settled. */
  stop(): Promise<void>;
};

export type OpenOptions = {
  connectionString: string;
  queueName: string;
  /** How many messages are held at once. */
  maxConcurrentCalls: number;
  maxAutoLockRenewalMs: number;
};

export type Bus = { open(options: OpenOptions): ReceiverPort; close(): Promise<void> };

/** The client's own defaults wait 30 s between tries: far too long for a bus on the same machine. */
const retryOptions = { maxRetries: 3, retryDelayInMs: 500, timeoutInMs: 15_000 };

/** Queues over the unmodified Service Bus client, one connection per connection string. */
export function sdkBus(): Bus {
  const clients = new Map<string, ServiceBusClient>();
  const clientOf = (connectionString: string) => {
    const client = clients.get(connectionString) ?? new ServiceBusClient(connectionString, { retryOptions });
    clients.set(connectionString, client);
    return client;
  };
  return {
    open: (options) => sdkReceiver(clientOf(options.connectionString), options),
    close: async () => {
      await Promise.allSettled([...clients.values()].map((client) => client.close()));
    },
  };
}

function sdkReceiver(
  client: ServiceBusClient,
  { queueName, maxConcurrentCalls, maxAutoLockRenewalMs }: OpenOptions,
): ReceiverPort {
  const receiver = client.createReceiver(queueName, {
    receiveMode: 'peekLock',
    maxAutoLockRenewalDurationInMs: maxAutoLockRenewalMs,
    // The host passes text on; parsing is the library's.
    skipParsingBodyAsJson: true,
  });
  let subscription: { close(): Promise<void> } | undefined;
  return {
    start: ({ onDelivery, onError }) => {
      subscription = receiver.subscribe(
        {
          processMessage: (message) =>
            onDelivery({
              message,
              complete: () => receiver.completeMessage(message),
              abandon: () => receiver.abandonMessage(message),
            }),
          processError: ({ error }) => {
            onError(error);
            return Promise.resolve();
          },
        },
        { autoCompleteMessages: false, maxConcurrentCalls },
      );
    },
    stop: async () => subscription?.close(),
  };
}
