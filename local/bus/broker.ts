import { randomUUID } from 'node:crypto';
import { createAlarm } from './alarm.ts';
import { createDispatcher, type Dispatcher } from './queue/dispatcher.ts';
import type { QueueOptions } from './queue/message.ts';
import { createQueue, type Queue } from './queue/queue.ts';

/** A queue or sub-queue together with its receivers. */
export type Node = { queue: Queue; dispatcher: Dispatcher; isSubQueue: boolean };

export type Broker = {
  /** By address, in any letter case: `q`, `q/$DeadLetterQueue`, `q/$Transfer/$DeadLetterQueue`. */
  find(address: string): Node | undefined;
  /** Does everything that is due by now; call after the clock jumped. */
  runDue(): void;
  stop(): void;
};

/** All queues of the bus, in memory only: a restart forgets every message. */
export function createBroker(declared: Record<string, QueueOptions>, now: () => number): Broker {
  const nodes = new Map<string, Node>();
  const runDue = () => {
    alarm.reset();
    for (const { queue } of nodes.values()) queue.runDue();
    for (const { queue } of nodes.values()) alarm.wakeAt(queue.nextDueAt());
  };
  const alarm = createAlarm(now, runDue);

  const addNode = (name: string, options: QueueOptions, deadLetters?: Queue) => {
    const dispatcher: Dispatcher = createDispatcher((mode) => queue.next(mode));
    const queue: Queue = createQueue({
      name,
      options,
      now,
      newLockToken: randomUUID,
      onAvailable: dispatcher.pump,
      onDue: (at) => {
        alarm.wakeAt(at);
      },
      ...(deadLetters && { deadLetters }),
    });
    nodes.set(name.toLowerCase(), { queue, dispatcher, isSubQueue: deadLetters === undefined });
    return queue;
  };
  for (const [name, options] of Object.entries(declared)) {
    const subQueueOptions = { ...options, duplicateWindowSeconds: 0 };
    addNode(`${name}/$Transfer/$DeadLetterQueue`, subQueueOptions);
    addNode(name, options, addNode(`${name}/$DeadLetterQueue`, subQueueOptions));
  }

  return {
    // .NET clients take the address from a URL's path, which begins with a slash.
    find: (address) => nodes.get(address.replace(/^\//, '').toLowerCase()),
    runDue,
    stop: () => {
      alarm.reset();
      nodes.clear();
    },
  };
}
