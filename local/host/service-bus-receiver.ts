import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { parseServiceBusConnectionString, ServiceBusClient, type ServiceBusReceiver } from '@azure/service-bus';

import type { ReceivedMessage } from './service-bus-message.ts';

export type Delivery = {
  message: ReceivedMessage;
  complete(): Promise<void>;
  abandon(): Promise<void>;
};

export type Handlers = { onDelivery: (delivery: Delivery) => Promise<void>; onError: (error: unknown) => void };

/** What the trigger needs of a queue. Errors are told, never thrown: the receiver comes back by itself. */
export type ReceiverPort = {
  start(handlers: Handlers): void;
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
const retryOptions = { maxRetries: 0, retryDelayInMs: 500, timeoutInMs: 15_000 };
const reconnectAfterMs = 500;
const settleMs = 5_000;
const lost = 'The connection to the bus was lost.';

/** Queues over the unmodified Service Bus client. */
export function sdkBus(): Bus {
  const closes: (() => Promise<void>)[] = [];
  return {
    open: (options) => {
      // Wrong text is known now, not at the first try to connect.
      parseServiceBusConnectionString(options.connectionString);
      const { port, close } = sdkReceiver(options);
      closes.push(close);
      return port;
    },
    close: async () => {
      await Promise.allSettled(closes.map((close) => close()));
    },
  };
}

type Message = Parameters<ServiceBusReceiver['completeMessage']>[0];
type Connection = { receiver: ServiceBusReceiver; gone: AbortSignal; stop(): Promise<void>; close(): Promise<void> };

/**
 * Receives over a client of its own and takes a fresh one whenever the connection is lost. The client would reconnect
 * by itself, but when a request to `$management` is under way at that moment it waits a minute for it first, and
 * delivers nothing meanwhile.
 */
function sdkReceiver(options: OpenOptions): { port: ReceiverPort; close: () => Promise<void> } {
  let current: Connection | undefined;
  let isStopped = false;

  const settle = async (how: 'completeMessage' | 'abandonMessage', message: Message) => {
    if (!current) throw new Error('There is no connection to the bus.');
    // Over the connection of now: the lock is the bus's, whichever connection the message came by.
    await settled(current.receiver[how](message), current.gone);
  };
  const run = ({ onDelivery, onError }: Handlers) => {
    current = connect(options, {
      onError: (error) => {
        if (!isStopped) onError(error);
      },
      onMessage: (message) =>
        onDelivery({
          message,
          complete: () => settle('completeMessage', message),
          abandon: () => settle('abandonMessage', message),
        }),
      onLost: (error) => {
        void current?.close();
        current = undefined;
        onError(error);
        void sleep(reconnectAfterMs, undefined, { ref: false }).then(() => {
          if (!isStopped) run({ onDelivery, onError });
        });
      },
    });
  };

  return {
    port: {
      start: run,
      stop: async () => {
        isStopped = true;
        await current?.stop();
      },
    },
    close: async () => current?.close(),
  };
}

type ConnectionHandlers = {
  onMessage: (message: Message) => Promise<void>;
  onError: (error: unknown) => void;
  /** Once at most, and not when the connection is closed from here. */
  onLost: (error: unknown) => void;
};

function connect(options: OpenOptions, { onMessage, onError, onLost }: ConnectionHandlers): Connection {
  const client = new ServiceBusClient(options.connectionString, { retryOptions });
  const receiver = client.createReceiver(options.queueName, {
    receiveMode: 'peekLock',
    maxAutoLockRenewalDurationInMs: options.maxAutoLockRenewalMs,
    // The host passes text on; parsing is the library's.
    skipParsingBodyAsJson: true,
  });
  const ended = new AbortController();
  const processError = ({ error }: { error: unknown }) => {
    if (!ended.signal.aborted) onError(error);
    return Promise.resolve();
  };
  const subscription = receiver.subscribe(
    { processMessage: onMessage, processError },
    { autoCompleteMessages: false, maxConcurrentCalls: options.maxConcurrentCalls, abortSignal: ended.signal },
  );
  amqpConnection(client).once('disconnected', ({ error }: { error?: unknown }) => {
    if (!ended.signal.aborted) onLost(error ?? new Error(lost));
  });
  return {
    receiver,
    gone: ended.signal,
    stop: () => subscription.close(),
    close: async () => {
      ended.abort();
      await Promise.allSettled([subscription.close(), client.close()]);
    },
  };
}

/**
 * The client tells nobody that its connection is gone, so this looks inside (7.9); the test that kills the bus holds
 * it to account.
 */
function amqpConnection(client: ServiceBusClient): EventEmitter {
  return (client as unknown as { _connectionContext: { connection: EventEmitter } })._connectionContext.connection;
}

/**
 * Bounds a settlement, and ends it with its connection: a call that waits for an answer holds one of the function's
 * slots.
 */
async function settled(work: Promise<void>, connectionGone: AbortSignal): Promise<void> {
  const done = new AbortController();
  const unanswered = sleep(settleMs, undefined, { signal: AbortSignal.any([done.signal, connectionGone]) })
    .catch(() => undefined)
    .then(() => {
      throw new Error(connectionGone.aborted ? lost : `The bus did not answer within ${String(settleMs / 1000)} s.`);
    });
  try {
    await Promise.race([work, unanswered]);
  } finally {
    unanswered.catch(() => undefined);
    done.abort();
  }
}
