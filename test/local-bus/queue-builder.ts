import { createQueue, type Queue } from '../../local/bus/queue/queue.ts';
import type { MessageContent, QueueOptions } from '../../local/bus/queue/message.ts';

export const START = Date.parse('2026-03-02T09:00:00Z');

const options: QueueOptions = {
  lockSeconds: 60,
  maxDeliveryCount: 3,
  duplicateWindowSeconds: 600,
  timeToLiveDays: 14,
};

let locks = 0;

/** A queue with its dead-letter queue on a clock that the test moves. */
export function aQueue(changed: Partial<QueueOptions> = {}, newLockToken = () => `lock-${String(++locks)}`) {
  let now = START;
  const due: number[] = [];
  const setup = {
    name: 'orders',
    options: { ...options, ...changed },
    now: () => now,
    newLockToken,
    onAvailable: () => undefined,
    onDue: (at: number) => due.push(at),
  };
  const deadLetters: Queue = createQueue(setup);
  return {
    queue: createQueue({ ...setup, deadLetters }),
    deadLetters,
    /** The times at which the queue asked to be woken. */
    due,
    now: () => now,
    pass: (seconds: number) => {
      now += seconds * 1_000;
    },
  };
}

export const LOCK_LOST = { condition: 'com.microsoft:message-lock-lost' };
export const NOT_FOUND = { condition: 'com.microsoft:message-not-found' };
export const NONE = new Map<string, unknown>();

export function lockNext(queue: Queue) {
  const message = queue.next('lock');
  if (!message?.lock) throw new Error('There is no message to lock.');
  return { message, token: message.lock.token };
}

export function idsIn(queue: Queue) {
  return queue.peek(0, 100).map(({ content }) => content.messageId);
}

let lastId = 0;

export function aMessage(changed: Partial<MessageContent> = {}): MessageContent {
  return {
    messageId: `message-${String(++lastId)}`,
    timeToLiveMs: undefined,
    scheduledFor: undefined,
    encoded: undefined,
    ...changed,
  };
}
