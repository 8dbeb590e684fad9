import { createDeadlines } from './deadlines.ts';
import type { QueuedMessage } from './message.ts';
import { createMinHeap } from './min-heap.ts';

/** The messages of one queue with their indexes: by number, by lock, by availability and by deadline. */
type MessageStore = {
  newSequenceNumber(): number;
  /** Stores a message, or files it anew after a change of its state. */
  place(message: QueuedMessage): void;
  lock(message: QueuedMessage, token: string, until: number): void;
  unlock(message: QueuedMessage): void;
  remove(message: QueuedMessage): void;
  byNumber(sequenceNumber: number): QueuedMessage | undefined;
  byLock(token: string): QueuedMessage | undefined;
  /** Takes the first available message off the line. */
  shiftAvailable(): QueuedMessage | undefined;
  /** A message whose lock, schedule or life is over at `now`. */
  shiftDue(now: number): QueuedMessage | undefined;
  nextDueAt: () => number;
  /** In sequence order. */
  all(): Iterable<QueuedMessage>;
};

/** What happens next to a message by itself: its lock expires, its scheduled time comes, or it expires. */
function dueAt(message: QueuedMessage): number {
  if (message.lock) return message.lock.until;
  return message.isWaiting ? (message.content.scheduledFor ?? 0) : message.expiresAt;
}

function isAvailable(message: QueuedMessage): boolean {
  return !message.lock && !message.isWaiting && message.state !== 'deferred';
}

export function createMessageStore(onDue: (at: number) => void): MessageStore {
  const messages = new Map<number, QueuedMessage>();
  const locked = new Map<string, QueuedMessage>();
  const available = createMinHeap<number>((sequenceNumber) => sequenceNumber);
  const deadlines = createDeadlines(
    (sequenceNumber) => {
      const message = messages.get(sequenceNumber);
      return message ? dueAt(message) : Infinity;
    },
    () => messages.size,
  );
  let lastSequenceNumber = 0;

  const watch = (message: QueuedMessage) => {
    const at = dueAt(message);
    if (at === Infinity) return;
    deadlines.add(message.sequenceNumber, at);
    onDue(at);
  };
  const unlock = (message: QueuedMessage) => {
    if (message.lock) locked.delete(message.lock.token);
    message.lock = undefined;
  };
  return {
    unlock,
    newSequenceNumber: () => ++lastSequenceNumber,
    nextDueAt: deadlines.nextAt,
    place(message) {
      messages.set(message.sequenceNumber, message);
      watch(message);
      if (isAvailable(message)) available.push(message.sequenceNumber);
    },
    lock(message, token, until) {
      message.lock = { token, until };
      locked.set(token, message);
      watch(message);
    },
    remove(message) {
      unlock(message);
      messages.delete(message.sequenceNumber);
    },
    byNumber: (sequenceNumber) => messages.get(sequenceNumber),
    byLock: (token) => locked.get(token),
    shiftAvailable() {
      for (let number = available.pop(); number !== undefined; number = available.pop()) {
        const message = messages.get(number);
        // Expired messages leave their number in the line.
        if (message && isAvailable(message)) return message;
      }
      return undefined;
    },
    shiftDue(now) {
      const number = deadlines.takeDue(now);
      return number === undefined ? undefined : messages.get(number);
    },
    // Numbers only grow and messages are stored as they get them: the map is in sequence order.
    all: () => messages.values(),
  };
}
