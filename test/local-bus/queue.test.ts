import { describe, expect, it } from 'vitest';
import { aMessage, aQueue, idsIn, LOCK_LOST, lockNext, NONE, NOT_FOUND, START } from './queue-builder.ts';

describe('sending and receiving', () => {
  it('gives messages in the order of their sequence numbers, each once', () => {
    const { queue } = aQueue();
    expect(queue.send(['a', 'b', 'c'].map((messageId) => aMessage({ messageId })))).toEqual([1, 2, 3]);
    expect([1, 2, 3, 4].map(() => queue.next('lock')?.content.messageId)).toEqual(['a', 'b', 'c', undefined]);
  });

  it('locks for the declared time and starts with a delivery count of 0', () => {
    const { queue } = aQueue({ lockSeconds: 30 });
    queue.send([aMessage()]);
    expect(queue.next('lock')).toMatchObject({ deliveryCount: 0, lock: { until: START + 30_000 }, enqueuedAt: START });
  });

  it('forgets a message at once in receive-and-delete mode', () => {
    const { queue } = aQueue();
    queue.send([aMessage()]);
    expect(queue.next('delete')).toMatchObject({ lock: undefined });
    expect(idsIn(queue)).toEqual([]);
  });

  it('forgets a completed message and refuses to complete it twice', () => {
    const { queue } = aQueue();
    queue.send([aMessage()]);
    const { token } = lockNext(queue);
    queue.complete(token);
    expect(idsIn(queue)).toEqual([]);
    expect(() => {
      queue.complete(token);
    }).toThrow(expect.objectContaining(LOCK_LOST));
  });
});

describe('duplicates', () => {
  it('drops an id that was seen within the window, within one batch too, and answers with the first number', () => {
    const { queue, pass } = aQueue();
    expect(queue.send([aMessage({ messageId: 'a' }), aMessage({ messageId: 'a' })])).toEqual([1, 1]);
    pass(599);
    expect(queue.send([aMessage({ messageId: 'a' })])).toEqual([1]);
    expect(idsIn(queue)).toEqual(['a']);
  });

  it('takes the id again when the window has passed since the first, even if it was completed', () => {
    const { queue, pass } = aQueue();
    queue.send([aMessage({ messageId: 'a' })]);
    queue.complete(lockNext(queue).token);
    pass(600);
    expect(queue.send([aMessage({ messageId: 'a' })])).toEqual([2]);
  });
});

describe('settling', () => {
  it('puts an abandoned message back at its old place with one more failed delivery and the changed properties', () => {
    const { queue } = aQueue();
    queue.send([aMessage({ messageId: 'a' }), aMessage({ messageId: 'b' })]);
    queue.abandon(lockNext(queue).token, new Map([['tried', 'once']]));
    const { message } = lockNext(queue);
    expect(message).toMatchObject({ content: { messageId: 'a' }, deliveryCount: 1 });
    expect([...message.changes]).toEqual([['tried', 'once']]);
  });

  it('puts a released message back without counting', () => {
    const { queue } = aQueue();
    queue.send([aMessage()]);
    queue.release(lockNext(queue).token);
    expect(queue.next('lock')).toMatchObject({ deliveryCount: 0 });
  });

  it('dead-letters with reason, description and properties under a number of the dead-letter queue', () => {
    const { queue, deadLetters } = aQueue();
    queue.send([aMessage(), aMessage({ messageId: 'bad' })]);
    lockNext(queue);
    queue.deadLetter(lockNext(queue).token, { reason: 'Broken', description: 'no id' }, new Map([['by', 'test']]));
    const { message } = lockNext(deadLetters);
    expect(message).toMatchObject({
      sequenceNumber: 1,
      enqueuedSequenceNumber: 2,
      deliveryCount: 0,
      deadLetter: { source: 'orders', reason: 'Broken', description: 'no id' },
    });
    expect(message.changes.get('by')).toBe('test');
    expect(idsIn(queue)).not.toContain('bad');
  });

  it('dead-letters after the last allowed delivery, whether it was abandoned or its lock expired', () => {
    const { queue, deadLetters, pass } = aQueue({ maxDeliveryCount: 3 });
    queue.send([aMessage()]);
    queue.abandon(lockNext(queue).token, NONE);
    lockNext(queue);
    pass(60);
    expect(queue.next('lock')).toMatchObject({ deliveryCount: 2 });
    pass(60);
    expect(queue.next('lock')).toBeUndefined();
    expect(lockNext(deadLetters).message).toMatchObject({
      deliveryCount: 3,
      deadLetter: {
        reason: 'MaxDeliveryCountExceeded',
        description: 'Message could not be consumed after 3 delivery attempts.',
      },
    });
  });

  it('counts neither abandoning nor expiring in a dead-letter queue and refuses to dead-letter there', () => {
    const { queue, deadLetters, pass } = aQueue({ maxDeliveryCount: 1 });
    queue.send([aMessage()]);
    queue.deadLetter(lockNext(queue).token, {}, NONE);
    for (let times = 0; times < 3; times++) deadLetters.abandon(lockNext(deadLetters).token, NONE);
    lockNext(deadLetters);
    pass(60);
    const { message, token } = lockNext(deadLetters);
    expect(message.deliveryCount).toBe(0);
    expect(() => {
      deadLetters.deadLetter(token, {}, NONE);
    }).toThrow(expect.objectContaining({ condition: 'amqp:not-allowed' }));
    expect(deadLetters.next('lock')).toBeDefined();
  });
});

describe('deferring', () => {
  it('keeps a message for those who ask by its number', () => {
    const { queue } = aQueue();
    const [number = 0] = queue.send([aMessage()]);
    queue.defer(lockNext(queue).token, NONE);
    expect(queue.next('lock')).toBeUndefined();
    const [received] = queue.receiveDeferred([number], 'lock');
    expect(received).toMatchObject({ state: 'deferred', deliveryCount: 1 });
    expect(() => queue.receiveDeferred([number], 'lock')).toThrow(expect.objectContaining(NOT_FOUND));
    queue.complete(received!.lock!.token);
    expect(idsIn(queue)).toEqual([]);
  });

  it('puts it back as deferred when it is abandoned or its lock expires', () => {
    const { queue, pass } = aQueue({ maxDeliveryCount: 10 });
    const [number = 0] = queue.send([aMessage()]);
    queue.defer(lockNext(queue).token, NONE);
    queue.abandon(queue.receiveDeferred([number], 'lock')[0]!.lock!.token, NONE);
    queue.receiveDeferred([number], 'lock');
    pass(60);
    expect(queue.next('lock')).toBeUndefined();
    expect(queue.receiveDeferred([number], 'delete')).toMatchObject([{ deliveryCount: 3 }]);
    expect(idsIn(queue)).toEqual([]);
  });

  it('answers all of the numbers or none', () => {
    const { queue } = aQueue();
    const [number = 0] = queue.send([aMessage()]);
    queue.defer(lockNext(queue).token, NONE);
    expect(() => queue.receiveDeferred([number, 77], 'delete')).toThrow(expect.objectContaining(NOT_FOUND));
    expect(queue.receiveDeferred([number], 'delete')).toHaveLength(1);
  });
});
