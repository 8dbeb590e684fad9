import { messageIdCharacters, type Bus, type OutMessage } from '../../shared/platform/bus.ts';
import type { QueueName } from '../../shared/platform/resources.ts';

/** A message as a consumer gets it. */
export type Held = { message: OutMessage; queue: QueueName; deliveries: number; lockedUntil: number; sequence: number };

export type BusTrouble = {
  before?(operation: string): Promise<void>;
  after?(operation: string): Promise<void>;
};

const lockMs = 60_000;
const maxDeliveries = 10;
const duplicateWindowMs = 600_000;

const readyAt = ({ message, lockedUntil }: Held): number => Math.max(message.notBefore ?? 0, lockedUntil);

/**
 * A bus in memory with the rules of Service Bus queues: peek-lock, delivery count, dead-letter, scheduled messages, duplicate
 * window. A harness receives with {@link take} and settles; a lock that expires hands the message out again.
 */
export function memoryBus(now: () => number, trouble: BusTrouble = {}) {
  const queues = new Map<QueueName, Held[]>();
  const dead: Held[] = [];
  const seen = new Map<string, number>();
  const counts = { sends: 0, messages: 0 };
  let sequence = 0;

  const waitingIn = (queue: QueueName): Held[] => {
    const known = queues.get(queue);
    if (known) return known;
    const made: Held[] = [];
    queues.set(queue, made);
    return made;
  };

  const bus: Bus = {
    send: async (queue, messages) => {
      counts.sends++;
      await trouble.before?.('send');
      const tooLong = messages.find(({ id }) => id.length > messageIdCharacters);
      if (tooLong) throw new RangeError(`a message id is too long: ${tooLong.id}`);
      for (const message of messages) {
        counts.messages++;
        const key = `${queue}|${message.id}`;
        const last = seen.get(key);
        if (last !== undefined && now() - last < duplicateWindowMs) continue;
        seen.set(key, now());
        const held = { message: structuredClone(message), queue, deliveries: 0, lockedUntil: 0, sequence: ++sequence };
        waitingIn(queue).push(held);
      }
      await trouble.after?.('send');
    },
  };

  const remove = (held: Held) => {
    const waiting = waitingIn(held.queue);
    const at = waiting.indexOf(held);
    if (at >= 0) waiting.splice(at, 1);
  };

  const buryIfSpent = (held: Held): boolean => {
    if (held.deliveries < maxDeliveries) return false;
    remove(held);
    dead.push(held);
    return true;
  };

  /** A message whose last delivery ended by an expired lock is buried here: nobody abandoned it. */
  const ready = (): Held[] => {
    const at = now();
    const due: Held[] = [];
    for (const waiting of queues.values()) {
      for (const held of waiting) if (readyAt(held) <= at) due.push(held);
    }
    return due.filter((held) => !buryIfSpent(held));
  };

  return {
    bus,
    counts,
    dead,
    /** Messages that could be received now, oldest first. */
    ready,
    all: (): Held[] => [...queues.values()].flat(),
    /** Locks one message for a consumer. */
    take: (held: Held): Held => {
      held.deliveries++;
      held.lockedUntil = now() + lockMs;
      return held;
    },
    complete: remove,
    /** Puts the message back at once; after ten deliveries it is dead-lettered. */
    abandon: (held: Held) => {
      held.lockedUntil = 0;
      buryIfSpent(held);
    },
    /** When the next message becomes ready; undefined when none waits. */
    nextReadyAt: (): number | undefined => {
      let next: number | undefined;
      for (const waiting of queues.values()) {
        for (const held of waiting) next = Math.min(next ?? Infinity, readyAt(held));
      }
      return next;
    },
  };
}
