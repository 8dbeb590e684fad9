import type { Socket } from 'node:net';
import { ServiceBusClient, type ServiceBusReceiver } from '@azure/service-bus';
import rhea, { type Connection, type EventContext, type Message, type Receiver, type Typed } from 'rhea';
import { describe, expect, it, onTestFinished } from 'vitest';
import resources from '../../infra/resources.json' with { type: 'json' };
import {
  aRawConnection,
  aRequestPair,
  mssbcbs,
  next,
  openReceiver,
  sendAborted,
  sendTexts,
  textOf,
} from '../local-bus/raw-client.ts';
import { aRunningBus } from '../local-bus/running-bus.ts';

const scratch = { lockSeconds: 60, maxDeliveryCount: 3, duplicateWindowSeconds: 600, timeToLiveDays: 14 };

const aBus = () => aRunningBus({ ...resources.queues, scratch });

const outcomes = rhea.message as unknown as Record<'accepted', () => { described(): unknown }>;
const accepted = () => outcomes.accepted().described();

/** A terminus without any field: on the wire an empty list, as the .NET client sends it. */
const emptyTerminus = (code: number) =>
  rhea.types.described(rhea.types.wrap_ulong(code), rhea.types.wrap_list([])) as unknown;

function withLocalAttach(link: Receiver, fields: Record<string, unknown>) {
  const { local } = link as unknown as { local: { attach: Record<string, unknown> } };
  Object.assign(local.attach, fields);
}

async function request(connection: Connection, node: string, message: Record<string, unknown>) {
  const { sender, receiver } = await aRequestPair(connection, node);
  sender.send({ reply_to: 'duplex1', ...message } as Message, Buffer.alloc(0));
  const { message: response } = await next(receiver, 'message');
  return response!;
}

describe('the plain client', () => {
  async function receiveOne(receiver: ServiceBusReceiver) {
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
    if (!message) throw new Error('No message came.');
    return message;
  }

  it('sends to every declared queue, dead-letters, peeks, schedules and cancels', async () => {
    const bus = await aBus();
    const client = new ServiceBusClient(bus.connectionString, { retryOptions: { retryDelayInMs: 100 } });
    onTestFinished(() => client.close());
    for (const queue of Object.keys(resources.queues)) {
      const sender = client.createSender(queue);
      const receiver = client.createReceiver(queue);
      await sender.sendMessages({ body: { v: 1 }, messageId: 'a.1' });
      await sender.sendMessages({ body: { v: 1 }, messageId: 'a.1' });
      const numbers = await sender.scheduleMessages({ body: { v: 1 } }, new Date(Date.now() + 3_600_000));
      expect((await receiver.peekMessages(9)).map(({ state }) => state)).toEqual(['active', 'scheduled']);
      await sender.cancelScheduledMessages(numbers);
      await receiver.deadLetterMessage(await receiveOne(receiver), {
        deadLetterReason: 'Try',
        deadLetterErrorDescription: '',
      });
      expect(await receiver.peekMessages(9, { fromSequenceNumber: numbers[0]! })).toEqual([]);
      const deadLetters = client.createReceiver(queue, { subQueueType: 'deadLetter' });
      expect(await receiveOne(deadLetters)).toMatchObject({ messageId: 'a.1', deadLetterReason: 'Try' });
    }
  });
});

describe('a client that is not the JavaScript one', () => {
  it.each([
    ['MSSBCBS, the only mechanism of .NET', { sasl_mechanisms: mssbcbs }],
    ['PLAIN', { username: 'local', password: 'local' }],
    ['ANONYMOUS', { username: 'local' }],
    ['no SASL at all', {}],
  ])('connects by %s', async (_mechanism, options) => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port, options);
    await sendTexts(connection, 'scratch', ['a']);
    const receiver = openReceiver(connection, 'scratch');
    receiver.add_credit(1);
    expect(textOf((await next(receiver, 'message')).message)).toBe('a');
  });

  it('puts its token by a settled request on its own kind of links', async () => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port, { sasl_mechanisms: mssbcbs });
    const response = await request(connection, '$cbs', {
      message_id: 'request1',
      application_properties: {
        operation: 'put-token',
        type: 'servicebus.windows.net:sastoken',
        name: 'sb://x/scratch',
      },
      body: 'SharedAccessSignature sr=x',
    });
    expect(response).toMatchObject({ correlation_id: 'request1', application_properties: { 'status-code': 202 } });
  });

  it('manages by settled requests and gets its message id back with its type', async () => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port);
    await sendTexts(connection, 'scratch', ['a', 'b']);
    const messageId = Buffer.alloc(16, 7);
    const peek = {
      message_id: messageId,
      application_properties: { operation: 'com.microsoft:peek-message' },
      body: { 'from-sequence-number': rhea.types.wrap_long(2), 'message-count': rhea.types.wrap_int(10) },
    };
    const response = await request(connection, 'scratch/$management', peek);
    expect(response).toMatchObject({ correlation_id: messageId, application_properties: { statusCode: 200 } });
    const [first] = (response.body as { messages: Typed[] }).messages as unknown as { message: Buffer }[];
    expect(textOf(rhea.message.decode(first!.message))).toBe('b');
  });

  it.each(['', 'com.microsoft:get-message-sessions', 'constructor', '__proto__'])(
    'is told that there is no operation "%s"',
    async (operation) => {
      const bus = await aBus();
      const connection = await aRawConnection(bus.port);
      const asked = { message_id: 'x', application_properties: { operation } };
      expect(await request(connection, 'scratch/$management', asked)).toMatchObject({
        application_properties: { statusCode: 501, errorCondition: 'amqp:not-implemented' },
      });
    },
  );

  it.each([
    ['good', 'bad'],
    ['bad', 'good'],
  ])('is told of each transfer by itself what came of it: the first is %s, the second %s', async (...texts) => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port);
    const sender = connection.open_sender('scratch');
    await next(sender, 'sendable');
    const told: string[] = [];
    for (const outcome of ['accepted', 'rejected']) sender.on(outcome, () => told.push(outcome));
    const bytes = { good: rhea.message.encode({ body: 'good' }), bad: Buffer.from('bad') };
    // Both in one packet, as a busy client writes them.
    const { socket } = connection as unknown as { socket: Socket };
    socket.cork();
    setImmediate(() => {
      socket.uncork();
    });
    const deliveries = texts.map((text) => sender.send(bytes[text as keyof typeof bytes], undefined, 0));
    await expect.poll(() => told).toHaveLength(2);
    const [good, bad] = ['good', 'bad'].map((text) => deliveries[texts.indexOf(text)]?.remote_state);
    expect(bad).toMatchObject({ error: { condition: 'amqp:decode-error' } });
    expect(good).not.toHaveProperty('error');
  });

  it('is told of each settlement by itself what came of it', async () => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port);
    await sendTexts(connection, 'scratch', ['a', 'b']);
    const receiver = openReceiver(connection, 'scratch');
    receiver.add_credit(1);
    const first = await next(receiver, 'message');
    await bus.pass(61);
    receiver.add_credit(1);
    const second = await next(receiver, 'message');
    const settled: unknown[] = [];
    receiver.on('settled', ({ delivery }: EventContext) => settled.push(delivery));
    first.delivery!.update(false, accepted());
    second.delivery!.update(false, accepted());
    await expect.poll(() => settled).toHaveLength(2);
    expect(second.delivery!.remote_state).not.toHaveProperty('error');
    expect(first.delivery!.remote_state).toMatchObject({ error: { condition: 'com.microsoft:message-lock-lost' } });
  });

  it('may break off what it sends: that is no message', async () => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port);
    const sender = connection.open_sender('scratch');
    await next(sender, 'sendable');
    await sendAborted(sender, { body: rhea.message.data_section(Buffer.from('broken off')) as unknown });
    await sendTexts(connection, 'scratch', ['whole']);
    const receiver = openReceiver(connection, 'scratch');
    receiver.add_credit(1);
    expect(textOf((await next(receiver, 'message')).message)).toBe('whole');
  });

  it.each([0, 0x80013700])('is refused a transfer of format %d without a byte, and goes on', async (format) => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port);
    const sender = connection.open_sender('scratch');
    await next(sender, 'sendable');
    sender.send(Buffer.alloc(0), undefined, format);
    const { delivery } = await next(sender, 'rejected');
    expect(delivery?.remote_state).toMatchObject({ error: { condition: 'amqp:decode-error' } });
    await sendTexts(connection, 'scratch', ['a']);
  });

  it('gives credit along with its attach and gets no transfer before the broker’s attach', async () => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port);
    const texts = Array.from({ length: 50 }, (_, number) => String(number));
    await sendTexts(connection, 'scratch', texts);
    const receiver = openReceiver(connection, 'scratch');
    receiver.add_credit(50);
    const got: string[] = [];
    receiver.on('message', ({ message }: EventContext) => got.push(textOf(message)));
    await expect.poll(() => got).toEqual(texts);
  });

  it.each([
    ['an empty one', emptyTerminus(0x29)],
    ['none', rhea.types.wrap(null)],
  ])('receives from an address that begins with a slash, with a target that is %s', async (_what, target) => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port);
    await sendTexts(connection, '/Scratch', ['a']);
    const receiver = openReceiver(connection, '/scratch');
    withLocalAttach(receiver, { target });
    receiver.add_credit(1);
    expect(textOf((await next(receiver, 'message')).message)).toBe('a');
  });

  it.each([
    ['an unknown queue', { address: 'nowhere' }],
    ['no queue at all', undefined],
  ])('is refused on %s by an attach without source and a detach', async (_what, source) => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port);
    const receiver = openReceiver(connection, source?.address ?? '');
    if (!source) withLocalAttach(receiver, { source: emptyTerminus(0x28) });
    receiver.add_credit(1);
    // Both frames come at once.
    await Promise.all([next(receiver, 'receiver_open'), next(receiver, 'receiver_error')]);
    expect(receiver.source).toMatchObject({ value: null });
    expect(receiver.error).toMatchObject({
      condition: 'amqp:not-found',
      description: expect.stringMatching(/^The messaging entity .* could not be found\.$/) as unknown,
    });
  });

  it.each([
    ['exactly used up', 3],
    ['left over', 10],
  ])('gets an answer to its drain when the credit is %s', async (_how, credit) => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port);
    await sendTexts(connection, 'scratch', ['a', 'b', 'c']);
    const receiver = openReceiver(connection, 'scratch');
    await next(receiver, 'receiver_open');
    let messages = 0;
    let drains = 0;
    receiver.on('message', () => (messages += 1));
    receiver.on('receiver_drained', () => (drains += 1));
    receiver.add_credit(credit);
    receiver.drain_credit();
    await next(receiver, 'receiver_drained');
    expect([messages, drains, (receiver as Receiver & { credit: number }).credit]).toEqual([3, 1, 0]);

    receiver.drain = false;
    receiver.add_credit(1);
    await sendTexts(connection, 'scratch', ['d']);
    await expect.poll(() => messages).toBe(4);
    expect(drains).toBe(1);
  });

  it('may settle a delivery once more after the broker has settled it', async () => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port);
    await sendTexts(connection, 'scratch', ['a', 'b']);
    const receiver = openReceiver(connection, 'scratch');
    receiver.add_credit(1);
    const delivery = (await next(receiver, 'message')).delivery!;
    delivery.update(false, accepted());
    await next(receiver, 'settled');
    // The library itself does not send what it takes for settled.
    Object.assign(delivery, { remote_settled: false });
    delivery.update(true, accepted());
    receiver.add_credit(1);
    const second = await next(receiver, 'message');
    expect(textOf(second.message)).toBe('b');
    second.delivery!.update(false, accepted());
    await next(receiver, 'settled');
  });

  it('reads the delivery count in the header and may release a message without counting', async () => {
    const bus = await aBus();
    const connection = await aRawConnection(bus.port);
    await sendTexts(connection, 'scratch', ['a']);
    const receiver = openReceiver(connection, 'scratch');
    const counts: unknown[] = [];
    for (const outcome of ['modified', 'release'] as const) {
      receiver.add_credit(1);
      const { message, delivery } = await next(receiver, 'message');
      counts.push(message?.delivery_count);
      delivery![outcome]();
      await next(receiver, 'settled');
    }
    receiver.add_credit(1);
    counts.push((await next(receiver, 'message')).message?.delivery_count);
    expect(counts).toEqual([0, 1, 1]);
  });
});
