import type { QueuedMessage, ReceiveMode } from './message.ts';

/** One receiver of a queue. */
export type Consumer = {
  mode: ReceiveMode;
  hasCredit(): boolean;
  deliver(message: QueuedMessage): void;
};

/** Hands the messages of one queue to its receivers, round robin over those with credit. */
export type Dispatcher = {
  add(consumer: Consumer): void;
  remove(consumer: Consumer): void;
  /** Delivers until messages or credit run out. Call when either may have become more. */
  pump: () => void;
};

export function createDispatcher(next: (mode: ReceiveMode) => QueuedMessage | undefined): Dispatcher {
  let consumers: Consumer[] = [];
  let isPumping = false;

  const pump = () => {
    // Taking a message runs what is due, which calls back here: the running loop sees those messages anyway.
    if (isPumping) return;
    isPumping = true;
    try {
      for (;;) {
        const consumer = consumers.find((candidate) => candidate.hasCredit());
        const message = consumer && next(consumer.mode);
        if (!message) return;
        consumers = [...consumers.filter((other) => other !== consumer), consumer];
        consumer.deliver(message);
      }
    } finally {
      isPumping = false;
    }
  };
  return {
    pump,
    add(consumer) {
      consumers.push(consumer);
      pump();
    },
    remove(consumer) {
      consumers = consumers.filter((other) => other !== consumer);
    },
  };
}
