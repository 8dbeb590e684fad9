import pLimit from 'p-limit';

import type { RegisteredFunction } from './core-api.ts';
import { errorText, type HostLog } from './host-log.ts';
import type { Invoker } from './invoke.ts';
import { bodyData, triggerMetadata } from './service-bus-message.ts';
import type { Delivery, ReceiverPort } from './service-bus-receiver.ts';

/** While the bus is away the client reports the same trouble at each try; once a minute is enough to read. */
const sameErrorQuietMs = 60_000;

export type ServiceBusTrigger = {
  start(): void;
  /** Takes no more messages and resolves when those at hand are settled. */
  stop(): Promise<void>;
};

type Options = {
  fn: RegisteredFunction;
  receiver: ReceiverPort;
  invoker: Invoker;
  /** Of `host.json`, for each function. */
  maxConcurrentCalls: number;
  autoComplete: boolean;
  log: HostLog;
};

/**
 * Feeds a function with the messages of its queue as the Service Bus extension does: one message a call, completed
 * when the function returns, abandoned at once when it throws (there is no back-off:
 * Azure/azure-functions-servicebus-extension issue 161).
 */
export function createServiceBusTrigger(options: Options): ServiceBusTrigger {
  const { fn, receiver, maxConcurrentCalls, log } = options;
  // The client may hold more than its credit after a reconnection, when calls of the old link end on the new one.
  const slots = pLimit(maxConcurrentCalls);
  const atHand = new Set<Promise<void>>();
  const quiet = createQuietWarning(log);
  let isStopped = false;

  return {
    start: () => {
      receiver.start({
        onDelivery: (delivery) => {
          const handled = slots(() =>
            isStopped ? settle(delivery, 'abandon', quiet) : deliver(options, delivery, quiet),
          );
          atHand.add(handled);
          return handled.finally(() => atHand.delete(handled));
        },
        onError: (error) => {
          quiet(`Service Bus trigger of '${fn.name}': ${errorSummary(error)}`);
        },
      });
    },
    stop: async () => {
      isStopped = true;
      await Promise.allSettled([receiver.stop(), ...atHand]);
    },
  };
}

type Warn = (message: string) => void;

async function deliver({ fn, invoker, autoComplete, log }: Options, delivery: Delivery, warn: Warn): Promise<void> {
  const { message } = delivery;
  try {
    const diagnosticId = message.applicationProperties?.['Diagnostic-Id'];
    let input;
    try {
      input = bodyData(message, fn.trigger.binding.dataType);
    } catch (error) {
      log.warn(`Service Bus trigger of '${fn.name}': ${errorText(error)}`);
      throw error;
    }
    await invoker.invoke(fn, {
      input,
      triggerMetadata: triggerMetadata(message),
      traceParent: typeof diagnosticId === 'string' ? diagnosticId : undefined,
    });
  } catch {
    // Whatever failed is in the log already.
    await settle(delivery, 'abandon', warn);
    return;
  }
  if (autoComplete) await settle(delivery, 'complete', warn);
}

/** A settlement that fails loses nothing: the lock runs out and the message comes again. */
async function settle(delivery: Delivery, how: 'complete' | 'abandon', warn: Warn): Promise<void> {
  try {
    await delivery[how]();
  } catch (error) {
    warn(`Could not ${how} message '${String(delivery.message.messageId)}': ${errorSummary(error)}`);
  }
}

function createQuietWarning(log: HostLog): Warn {
  const saidAt = new Map<string, number>();
  return (message) => {
    const now = performance.now();
    if (now - (saidAt.get(message) ?? -Infinity) < sameErrorQuietMs) return;
    saidAt.set(message, now);
    log.warn(message);
  };
}

/** After several tries the client throws an AggregateError without a message of its own. */
function errorSummary(error: unknown): string {
  if (error instanceof AggregateError) return errorSummary(error.errors.at(-1));
  if (!(error instanceof Error)) return String(error);
  return error.message || error.name;
}
