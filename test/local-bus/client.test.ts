import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { aRunningBus, type RunningBus } from './running-bus.ts';

const SOON = { maxWaitTimeInMs: 200 };

async function onScratch(bus: RunningBus) {
  const client = bus.client();
  return {
    client,
    sender: client.createSender('scratch'),
    receiver: client.createReceiver('scratch'),
    deadLetters: client.createReceiver('scratch', { subQueueType: 'deadLetter' }),
  };
}

async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
  if (!message) throw new Error('No message came.');
  return message;
}

describe('sending', () => {
  it('carries a message with all its properties', async () => {
    const { sender, receiver } = await onScratch(await aRunningBus());
    const message = {
      body: { v: 1, text: 'grüezi' },
      messageId: 'm1',
      correlationId: 'c1',
      subject: 'request.created',
      contentType: 'application/json',
      partitionKey: 'p1',
      applicationProperties: { portal: 'north', attempt: 2, urgent: true },
    };
    await sender.sendMessages(message);
    const received = await receiveOne(receiver);
    expect(received).toMatchObject({ ...message, deliveryCount: 0, state: 'active' });
    expect(received.sequenceNumber?.toString()).toBe('1');
    expect(received.lockToken).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(received.lockedUntilUtc!.getTime() - received.enqueuedTimeUtc!.getTime()).toBeGreaterThanOrEqual(60_000);
  });

  it('carries lists and batches, and tells the batch builder its limit', async () => {
    const { sender, receiver } = await onScratch(await aRunningBus());
    await sender.sendMessages([{ body: 'a' }, { body: 'b' }]);
    const batch = await sender.createMessageBatch();
    expect(batch.maxSizeInBytes).toBe(262_144);
    expect(batch.tryAddMessage({ body: Buffer.alloc(150_000) })).toBe(true);
    expect(batch.tryAddMessage({ body: Buffer.alloc(150_000) })).toBe(false);
    await sender.sendMessages(batch);
    const received = await receiver.receiveMessages(3, { maxWaitTimeInMs: 5_000 });
    expect(received.map(({ body }) => (Buffer.isBuffer(body) ? body.length : (body as string)))).toEqual([
      'a',
      'b',
      150_000,
    ]);
  });

  it('refuses more than 256 KiB, sent or scheduled, and keeps serving', async () => {
    const { sender, receiver } = await onScratch(await aRunningBus());
    const tooLarge = { body: Buffer.alloc(270_000) };
    const exceeded = { code: 'MessageSizeExceeded' };
    await expect(sender.sendMessages(tooLarge)).rejects.toMatchObject(exceeded);
    await expect(sender.scheduleMessages(tooLarge, new Date(Date.now() + 60_000))).rejects.toMatchObject(exceeded);
    await sender.sendMessages({ body: 'small' });
    expect((await receiveOne(receiver)).body).toBe('small');
  });

  it('drops a message id that was seen within the window', async () => {
    const bus = await aRunningBus();
    const { sender, receiver } = await onScratch(bus);
    await sender.sendMessages([
      { body: 1, messageId: 'same' },
      { body: 2, messageId: 'same' },
    ]);
    await sender.sendMessages({ body: 3, messageId: 'same' });
    await bus.pass(601);
    await sender.sendMessages({ body: 4, messageId: 'same' });
    expect((await receiver.receiveMessages(9, SOON)).map(({ body }) => body as number)).toEqual([1, 4]);
  });

  it('tells an unknown queue at once, to senders and receivers', async () => {
    const bus = await aRunningBus();
    const client = bus.client();
    const unknown = { code: 'MessagingEntityNotFound', retryable: false };
    await expect(client.createSender('nowhere').sendMessages({ body: 1 })).rejects.toMatchObject(unknown);
    await expect(client.createReceiver('nowhere').receiveMessages(1, SOON)).rejects.toMatchObject(unknown);
    await expect(client.createReceiver('nowhere').peekMessages(1)).rejects.toMatchObject(unknown);
  });

  it('refuses a session receiver on a plain queue', async () => {
    const bus = await aRunningBus();
    const client = bus.client();
    await expect(client.acceptNextSession('scratch')).rejects.toMatchObject({ code: 'GeneralError' });
    // For a named session the client does not wait for the reason.
    await expect(client.acceptSession('scratch', 's1')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
  });
});

describe('receiving', () => {
  it('answers nothing after the wait when the queue is empty', async () => {
    const { receiver } = await onScratch(await aRunningBus());
    expect(await receiver.receiveMessages(5, SOON)).toEqual([]);
  });

  it('takes messages away at once in receiveAndDelete mode', async () => {
    const { client, sender, receiver } = await onScratch(await aRunningBus());
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    const deleting = client.createReceiver('scratch', { receiveMode: 'receiveAndDelete' });
    expect(await deleting.receiveMessages(2)).toHaveLength(2);
    expect(await receiver.peekMessages(9)).toEqual([]);
  });

  it('gives back drained credit: a receiver that has gone away for now takes no message', async () => {
    const { client, sender, receiver } = await onScratch(await aRunningBus());
    expect(await receiver.receiveMessages(10, SOON)).toEqual([]);
    await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    expect(await client.createReceiver('scratch').receiveMessages(3)).toHaveLength(3);
  });

  it('streams to a subscriber and stops when it is closed', async () => {
    const { sender, receiver } = await onScratch(await aRunningBus());
    const got: unknown[] = [];
    const three = Promise.withResolvers<undefined>();
    const subscription = receiver.subscribe({
      processMessage: async ({ body }) => {
        if (got.push(body) === 3) three.resolve(undefined);
      },
      processError: async ({ error }) => {
        three.reject(error);
      },
    });
    await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    await three.promise;
    await subscription.close();
    await sender.sendMessages({ body: 4 });
    expect(got).toEqual([1, 2, 3]);
    expect((await receiver.peekMessages(9)).map(({ body }) => body as number)).toEqual([4]);
  });

  it('peeks in order without taking, from where it stopped', async () => {
    const { sender, receiver } = await onScratch(await aRunningBus());
    await sender.sendMessages(['a', 'b', 'c'].map((body) => ({ body })));
    const bodies = (messages: ServiceBusReceivedMessage[]) => messages.map(({ body }) => body as string);
    expect(bodies(await receiver.peekMessages(2))).toEqual(['a', 'b']);
    expect(bodies(await receiver.peekMessages(2))).toEqual(['c']);
    expect(await receiver.peekMessages(2)).toEqual([]);
  });
});

describe('settling', () => {
  it('completes', async () => {
    const { sender, receiver } = await onScratch(await aRunningBus());
    await sender.sendMessages({ body: 1 });
    const message = await receiveOne(receiver);
    await receiver.completeMessage(message);
    expect(await receiver.peekMessages(9)).toEqual([]);
  });

  it('abandons: the message comes again, counted, with the changed properties', async () => {
    const { sender, receiver } = await onScratch(await aRunningBus());
    await sender.sendMessages({ body: 1, applicationProperties: { kept: 'yes' } });
    await receiver.abandonMessage(await receiveOne(receiver), { reason: 'later' });
    expect(await receiveOne(receiver)).toMatchObject({
      deliveryCount: 1,
      applicationProperties: { kept: 'yes', reason: 'later' },
    });
  });

  it('dead-letters with reason and properties; the dead letter can be received and completed', async () => {
    const { sender, receiver, deadLetters } = await onScratch(await aRunningBus());
    await sender.sendMessages({ body: 1 });
    const options = { deadLetterReason: 'Broken', deadLetterErrorDescription: 'no id', by: 'test' };
    await receiver.deadLetterMessage(await receiveOne(receiver), options);
    const dead = await receiveOne(deadLetters);
    expect(dead).toMatchObject({
      body: 1,
      deadLetterReason: 'Broken',
      deadLetterErrorDescription: 'no id',
      deadLetterSource: 'scratch',
      applicationProperties: { by: 'test' },
    });
    await expect(deadLetters.deadLetterMessage(dead)).rejects.toMatchObject({ code: 'GeneralError' });
    await deadLetters.completeMessage(await receiveOne(deadLetters));
    expect(await deadLetters.peekMessages(9)).toEqual([]);
  });

  it('dead-letters by itself after the last allowed delivery', async () => {
    const { sender, receiver, deadLetters } = await onScratch(await aRunningBus());
    await sender.sendMessages({ body: 1 });
    for (let times = 0; times < 3; times++) await receiver.abandonMessage(await receiveOne(receiver));
    expect(await receiveOne(deadLetters)).toMatchObject({
      deliveryCount: 3,
      deadLetterReason: 'MaxDeliveryCountExceeded',
    });
  });

  it('defers; a deferred message comes by its number and can be settled in every way', async () => {
    const { sender, receiver, deadLetters } = await onScratch(await aRunningBus());
    await sender.sendMessages({ body: 1 });
    const message = await receiveOne(receiver);
    await receiver.deferMessage(message, { noted: true });
    const byNumber = async () => (await receiver.receiveDeferredMessages(message.sequenceNumber!))[0]!;
    const deferred = await byNumber();
    expect(deferred).toMatchObject({ state: 'deferred', deliveryCount: 1, applicationProperties: { noted: true } });
    expect((await receiver.renewMessageLock(deferred)).getTime()).toBeGreaterThan(Date.now() + 50_000);
    await receiver.abandonMessage(deferred);
    await receiver.deferMessage(await byNumber());
    await receiver.deadLetterMessage(await byNumber(), { deadLetterReason: 'Stale', deadLetterErrorDescription: '' });
    await expect(byNumber()).rejects.toMatchObject({ code: 'MessageNotFound' });
    expect(await receiveOne(deadLetters)).toMatchObject({ deadLetterReason: 'Stale' });
  });

  it('goes on by management after the receiver was closed: its locks stay', async () => {
    const { client, sender, receiver } = await onScratch(await aRunningBus());
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    const [first, second] = await receiver.receiveMessages(2);
    await receiver.close();
    const other = client.createReceiver('scratch');
    expect(await other.receiveMessages(2, SOON)).toEqual([]);
    await other.completeMessage(first!);
    await other.abandonMessage(second!);
    expect(await receiveOne(other)).toMatchObject({ body: 2, deliveryCount: 1 });
  });
});

describe('locks', () => {
  it('are lost when their time is over, and the message comes again', async () => {
    const bus = await aRunningBus();
    const { sender, receiver } = await onScratch(bus);
    await sender.sendMessages({ body: 1 });
    const message = await receiveOne(receiver);
    await bus.pass(61);
    await expect(receiver.completeMessage(message)).rejects.toMatchObject({
      code: 'MessageLockLost',
      retryable: false,
    });
    await expect(receiver.renewMessageLock(message)).rejects.toMatchObject({ code: 'MessageLockLost' });
    const again = await receiveOne(receiver);
    expect(again.deliveryCount).toBe(1);
    await receiver.completeMessage(again);
  });

  it('last longer when they are renewed', async () => {
    const bus = await aRunningBus();
    const { sender, receiver } = await onScratch(bus);
    await sender.sendMessages({ body: 1 });
    const message = await receiveOne(receiver);
    await bus.pass(45);
    await receiver.renewMessageLock(message);
    await bus.pass(45);
    await receiver.completeMessage(message);
    expect(await receiver.peekMessages(9)).toEqual([]);
  });
});

describe('scheduling', () => {
  it('delivers at the scheduled time of the world’s clock, scheduled by either way', async () => {
    const bus = await aRunningBus();
    const { sender, receiver } = await onScratch(bus);
    const inAnHour = new Date(Date.now() + 3_600_000);
    await sender.scheduleMessages([{ body: 'a' }, { body: 'b' }], inAnHour);
    await sender.sendMessages({ body: 'c', scheduledEnqueueTimeUtc: inAnHour });
    expect(await receiver.receiveMessages(3, SOON)).toEqual([]);
    expect((await receiver.peekMessages(9)).map(({ state }) => state)).toEqual(['scheduled', 'scheduled', 'scheduled']);
    await bus.pass(3_601);
    const received = await receiver.receiveMessages(3);
    expect(received.map(({ body }) => body as string)).toEqual(['a', 'b', 'c']);
    expect(received[0]!.scheduledEnqueueTimeUtc).toEqual(inAnHour);
    expect(received[0]!.sequenceNumber!.toString()).toBe('4');
  });

  it('wakes a waiting receiver without any further event, also when the clock jumped meanwhile', async () => {
    const bus = await aRunningBus();
    const { sender, receiver } = await onScratch(bus);
    await sender.scheduleMessages({ body: 1 }, new Date(Date.now() + 3_600_300));
    await bus.pass(3_600);
    expect((await receiveOne(receiver)).body).toBe(1);
  });

  it('cancels by number, and tells when there is nothing to cancel', async () => {
    const bus = await aRunningBus();
    const { sender, receiver } = await onScratch(bus);
    const numbers = await sender.scheduleMessages({ body: 1 }, new Date(Date.now() + 60_000));
    await sender.cancelScheduledMessages(numbers);
    await expect(sender.cancelScheduledMessages(numbers)).rejects.toMatchObject({ code: 'MessageNotFound' });
    await bus.pass(61);
    expect(await receiver.receiveMessages(1, SOON)).toEqual([]);
  });
});
