import { describe, expect, it } from 'vitest';
import { aMessage, aQueue, idsIn, LOCK_LOST, lockNext, NONE, NOT_FOUND, START } from './queue-builder.ts';

describe('locks', () => {
  it('hold until their time and are lost with it', () => {
    const { queue, pass } = aQueue();
    queue.send([aMessage()]);
    const { token } = lockNext(queue);
    pass(59.999);
    expect(queue.next('lock')).toBeUndefined();
    pass(0.001);
    expect(() => {
      queue.complete(token);
    }).toThrow(expect.objectContaining(LOCK_LOST));
    expect(queue.next('lock')).toMatchObject({ deliveryCount: 1 });
  });

  it('hold for the full time again when renewed', () => {
    const { queue, pass } = aQueue();
    queue.send([aMessage()]);
    const { token } = lockNext(queue);
    pass(50);
    expect(queue.renew(token)).toBe(START + 110_000);
    pass(59);
    queue.runDue();
    queue.complete(token);
    expect(idsIn(queue)).toEqual([]);
  });

  it('cannot be renewed when they are gone', () => {
    const { queue, pass } = aQueue();
    queue.send([aMessage()]);
    const { token } = lockNext(queue);
    pass(60);
    expect(() => queue.renew(token)).toThrow(expect.objectContaining(LOCK_LOST));
  });
});

describe('scheduling', () => {
  it('holds a message until its time, then gives it under a new number', () => {
    const { queue, pass } = aQueue();
    const [scheduled] = queue.send([aMessage({ messageId: 'later', scheduledFor: START + 30_000 })]);
    queue.send([aMessage({ messageId: 'now' })]);
    expect(queue.peek(0, 1)).toMatchObject([{ state: 'scheduled', sequenceNumber: scheduled }]);
    expect(lockNext(queue).message.content.messageId).toBe('now');
    expect(queue.next('lock')).toBeUndefined();
    pass(31);
    expect(queue.next('lock')).toMatchObject({
      state: 'scheduled',
      sequenceNumber: 3,
      enqueuedSequenceNumber: scheduled,
      enqueuedAt: START + 30_000,
    });
  });

  it('gives at once what was scheduled for the past', () => {
    const { queue } = aQueue();
    queue.send([aMessage({ scheduledFor: START })]);
    expect(queue.next('lock')).toMatchObject({ state: 'active' });
  });

  it('cancels all of the named messages or none', () => {
    const { queue, pass } = aQueue();
    const numbers = queue.send([1, 2].map(() => aMessage({ scheduledFor: START + 1_000 })));
    expect(() => {
      queue.cancelScheduled([...numbers, 99]);
    }).toThrow(expect.objectContaining(NOT_FOUND));
    expect(idsIn(queue)).toHaveLength(2);
    queue.cancelScheduled(numbers);
    pass(2);
    expect(queue.next('lock')).toBeUndefined();
  });

  it('does not cancel what has been enqueued already', () => {
    const { queue, pass } = aQueue();
    const numbers = queue.send([aMessage({ scheduledFor: START + 1_000 })]);
    pass(1);
    expect(() => {
      queue.cancelScheduled(numbers);
    }).toThrow(expect.objectContaining(NOT_FOUND));
  });
});

describe('time to live', () => {
  it('drops a message whose own time or whose queue’s time is over', () => {
    const { queue, deadLetters, pass } = aQueue({ timeToLiveDays: 1 });
    queue.send([aMessage({ messageId: 'short', timeToLiveMs: 5_000 }), aMessage({ timeToLiveMs: 10 ** 10 })]);
    pass(5);
    expect(idsIn(queue)).not.toContain('short');
    pass(86_395);
    expect(idsIn(queue)).toEqual([]);
    expect(idsIn(deadLetters)).toEqual([]);
  });

  it('dead-letters it if the queue is declared so', () => {
    const { queue, deadLetters, pass } = aQueue({ deadLetterOnExpiry: true });
    queue.send([aMessage({ timeToLiveMs: 5_000 })]);
    pass(5);
    queue.runDue();
    expect(deadLetters.peek(0, 1)).toMatchObject([{ deadLetter: { reason: 'TTLExpiredException' } }]);
  });

  it('leaves a locked message to its holder and ends it when the lock does', () => {
    const { queue, pass } = aQueue();
    queue.send(['completed', 'abandoned'].map((messageId) => aMessage({ messageId, timeToLiveMs: 5_000 })));
    const [first, second] = [lockNext(queue), lockNext(queue)];
    pass(10);
    queue.complete(first.token);
    expect(idsIn(queue)).toEqual(['abandoned']);
    queue.abandon(second.token, NONE);
    expect(idsIn(queue)).toEqual([]);
  });

  it('counts from the scheduled time and never ends dead letters', () => {
    const { queue, deadLetters, pass } = aQueue();
    queue.send([aMessage({ scheduledFor: START + 60_000, timeToLiveMs: 5_000 })]);
    pass(64);
    queue.deadLetter(lockNext(queue).token, {}, NONE);
    pass(10 ** 7);
    expect(idsIn(deadLetters)).toHaveLength(1);
  });
});

describe('what is due', () => {
  it('asks to be woken for locks, schedules and expiry and has nothing left when all is settled', () => {
    const { queue, due, pass } = aQueue();
    queue.send([aMessage({ scheduledFor: START + 5_000 }), aMessage({ timeToLiveMs: 9_000 })]);
    queue.next('lock');
    expect(due).toEqual([START + 5_000, START + 9_000, START + 60_000]);
    expect(queue.nextDueAt()).toBe(START + 5_000);
    pass(10 ** 8);
    queue.runDue();
    expect(queue.nextDueAt()).toBe(Infinity);
    expect(idsIn(queue)).toEqual([]);
  });

  it('runs in the order of time: what was scheduled and has expired since is gone', () => {
    const { queue, pass } = aQueue();
    queue.send([aMessage({ scheduledFor: START + 1_000, timeToLiveMs: 1_000 })]);
    pass(10);
    expect(queue.next('lock')).toBeUndefined();
    expect(idsIn(queue)).toEqual([]);
  });
});
