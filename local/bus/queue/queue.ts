import { BusError } from './bus-error.ts';
import { createDuplicateWindow } from './duplicate-window.ts';
import type {
  DeadLetterCause,
  MessageContent,
  PropertyChanges,
  QueuedMessage,
  QueueOptions,
  ReceiveMode,
} from './message.ts';
import { createMessageStore } from './message-store.ts';

const DAY_MS = 86_400_000;

type QueueSetup = {
  name: string;
  options: QueueOptions;
  now: () => number;
  newLockToken: () => string;
  /** Messages may have become available. */
  onAvailable: () => void;
  /** `runDue` has work to do at this time, milliseconds since the epoch. */
  onDue: (at: number) => void;
  /** Where dead letters go. A queue without it is a dead-letter queue itself. */
  deadLetters?: Queue;
};

/**
 * One queue in memory, without timers: every call first does what is due by `now()`. A settling call with a lock that is gone
 * throws `com.microsoft:message-lock-lost`.
 */
export type Queue = {
  /** Accepts all or nothing; a duplicate is dropped silently and answered with the number of the first. */
  send(contents: readonly MessageContent[]): number[];
  /** The next available message in sequence order, locked or removed. */
  next(mode: ReceiveMode): QueuedMessage | undefined;
  /** Deferred messages by number; throws `com.microsoft:message-not-found` if any is missing. */
  receiveDeferred(sequenceNumbers: readonly number[], mode: ReceiveMode): QueuedMessage[];
  complete(lockToken: string): void;
  /** Gives the message back at its old place and counts a failed delivery. */
  abandon(lockToken: string, changes: PropertyChanges): void;
  /** Gives the message back without counting. */
  release(lockToken: string): void;
  defer(lockToken: string, changes: PropertyChanges): void;
  deadLetter(lockToken: string, cause: DeadLetterCause, changes: PropertyChanges): void;
  /** Returns the time until which the lock now holds. */
  renew(lockToken: string): number;
  /** Throws `com.microsoft:message-not-found` if any of them is not waiting. */
  cancelScheduled(sequenceNumbers: readonly number[]): void;
  /** Active, locked, deferred and scheduled messages in sequence order. */
  peek(fromSequenceNumber: number, count: number): QueuedMessage[];
  runDue(): void;
  /** When `runDue` next has work to do; Infinity if never. */
  nextDueAt: () => number;
  /** Takes over a message that another queue dead-lettered. */
  adopt(message: QueuedMessage): void;
};

export function createQueue(setup: QueueSetup): Queue {
  const { options, now, deadLetters } = setup;
  const isDeadLetterQueue = deadLetters === undefined;
  const timeToLiveMs = isDeadLetterQueue ? Infinity : options.timeToLiveDays * DAY_MS;
  const store = createMessageStore(setup.onDue);
  const duplicates = createDuplicateWindow(options.duplicateWindowSeconds * 1_000, now);

  const lockEnd = () => now() + options.lockSeconds * 1_000;
  const expiryOf = ({ timeToLiveMs: own = Infinity }: MessageContent, from: number) =>
    from + Math.min(own, timeToLiveMs);

  const moveToDeadLetters = (message: QueuedMessage, cause: DeadLetterCause) => {
    store.remove(message);
    deadLetters?.adopt({ ...message, deadLetter: { ...cause, source: setup.name } });
  };
  const expire = (message: QueuedMessage) => {
    if (!options.deadLetterOnExpiry) {
      store.remove(message);
      return;
    }
    const description = 'The message expired and was dead lettered.';
    moveToDeadLetters(message, { reason: 'TTLExpiredException', description });
  };
  const putBack = (message: QueuedMessage) => {
    store.unlock(message);
    if (!isDeadLetterQueue && message.deliveryCount >= options.maxDeliveryCount) {
      const description = `Message could not be consumed after ${String(message.deliveryCount)} delivery attempts.`;
      moveToDeadLetters(message, { reason: 'MaxDeliveryCountExceeded', description });
    } else if (message.expiresAt <= now()) {
      expire(message);
    } else {
      store.place(message);
    }
  };
  // Dead letters are not counted: there is no further queue for one that failed too often.
  const countFailure = (message: QueuedMessage) => {
    if (!isDeadLetterQueue) message.deliveryCount += 1;
  };
  const enqueueScheduled = (message: QueuedMessage) => {
    store.remove(message);
    message.sequenceNumber = store.newSequenceNumber();
    message.isWaiting = false;
    message.enqueuedAt = message.content.scheduledFor ?? now();
    message.expiresAt = expiryOf(message.content, message.enqueuedAt);
    store.place(message);
  };
  const admit = (content: MessageContent) => {
    const sequenceNumber = store.newSequenceNumber();
    const isWaiting = (content.scheduledFor ?? 0) > now();
    duplicates.remember(content.messageId, sequenceNumber);
    store.place({
      content,
      sequenceNumber,
      enqueuedSequenceNumber: sequenceNumber,
      enqueuedAt: now(),
      expiresAt: expiryOf(content, now()),
      deliveryCount: 0,
      state: isWaiting ? 'scheduled' : 'active',
      isWaiting,
      lock: undefined,
      changes: new Map(),
      deadLetter: undefined,
    });
    return sequenceNumber;
  };
  const runDue = () => {
    let hasRun = false;
    for (let message = store.shiftDue(now()); message; message = store.shiftDue(now())) {
      hasRun = true;
      if (message.lock) {
        countFailure(message);
        putBack(message);
      } else if (message.isWaiting) {
        enqueueScheduled(message);
      } else {
        expire(message);
      }
    }
    if (hasRun) setup.onAvailable();
  };
  const take = (message: QueuedMessage, mode: ReceiveMode) => {
    if (mode === 'delete') store.remove(message);
    else store.lock(message, setup.newLockToken(), lockEnd());
    return message;
  };
  const held = (lockToken: string) => {
    runDue();
    const message = store.byLock(lockToken);
    if (message) return message;
    throw new BusError(
      'com.microsoft:message-lock-lost',
      'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
    );
  };
  const change = (message: QueuedMessage, changes: PropertyChanges) => {
    if (changes.size > 0) message.changes = new Map([...message.changes, ...changes]);
  };
  const find = (sequenceNumbers: readonly number[], filter: (message: QueuedMessage) => boolean) =>
    [...new Set(sequenceNumbers)].map((sequenceNumber) => {
      const message = store.byNumber(sequenceNumber);
      if (message && filter(message)) return message;
      throw new BusError('com.microsoft:message-not-found', `There is no such message: ${String(sequenceNumber)}.`);
    });

  return {
    runDue,
    nextDueAt: store.nextDueAt,
    send(contents) {
      runDue();
      const sequenceNumbers = contents.map((content) => duplicates.find(content.messageId) ?? admit(content));
      setup.onAvailable();
      return sequenceNumbers;
    },
    next(mode) {
      runDue();
      const message = store.shiftAvailable();
      return message && take(message, mode);
    },
    receiveDeferred(sequenceNumbers, mode) {
      runDue();
      const found = find(sequenceNumbers, (message) => message.state === 'deferred' && !message.lock);
      return found.map((message) => take(message, mode));
    },
    complete(lockToken) {
      store.remove(held(lockToken));
    },
    abandon(lockToken, changes) {
      const message = held(lockToken);
      change(message, changes);
      countFailure(message);
      putBack(message);
      setup.onAvailable();
    },
    release(lockToken) {
      putBack(held(lockToken));
      setup.onAvailable();
    },
    defer(lockToken, changes) {
      const message = held(lockToken);
      change(message, changes);
      message.deliveryCount += 1;
      message.state = 'deferred';
      store.unlock(message);
      store.place(message);
    },
    deadLetter(lockToken, cause, changes) {
      const message = held(lockToken);
      if (isDeadLetterQueue) {
        putBack(message);
        setup.onAvailable();
        throw new BusError('amqp:not-allowed', 'A message in a dead-letter queue cannot be dead-lettered.');
      }
      change(message, changes);
      moveToDeadLetters(message, cause);
    },
    renew(lockToken) {
      const message = held(lockToken);
      const until = lockEnd();
      store.lock(message, lockToken, until);
      return until;
    },
    cancelScheduled(sequenceNumbers) {
      runDue();
      for (const message of find(sequenceNumbers, ({ isWaiting }) => isWaiting)) store.remove(message);
    },
    peek(fromSequenceNumber, count) {
      runDue();
      const found: QueuedMessage[] = [];
      for (const message of store.all()) {
        if (found.length >= count) break;
        if (message.sequenceNumber >= fromSequenceNumber) found.push(message);
      }
      return found;
    },
    adopt(message) {
      const sequenceNumber = store.newSequenceNumber();
      store.place({ ...message, sequenceNumber, state: 'active', lock: undefined, expiresAt: Infinity });
      setup.onAvailable();
    },
  };
}
