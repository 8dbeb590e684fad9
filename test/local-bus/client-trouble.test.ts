import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { ServiceBusReceivedMessage, ServiceBusReceiver, ServiceBusSender } from '@azure/service-bus';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, it, onTestFinished, vi } from 'vitest';
import { aRunningBus } from './running-bus.ts';

const MANY = 6_000;

async function sendMany(sender: ServiceBusSender, count: number) {
  for (let start = 0; start < count; start += 500) {
    const bodies = Array.from({ length: Math.min(500, count - start) }, (_, offset) => ({ body: start + offset }));
    await sender.sendMessages(bodies);
  }
}

const numbersTo = (count: number) => Array.from({ length: count }, (_, number) => number);

it('one sender may have thousands of sends in flight', async () => {
  const bus = await aRunningBus();
  const client = bus.client();
  const sender = client.createSender('scratch');
  await Promise.all(numbersTo(3_000).map((body) => sender.sendMessages({ body, messageId: String(body) })));
  expect(await client.createReceiver('scratch').peekMessages(4_000)).toHaveLength(3_000);
}, 60_000);

it('one receiver settles far more messages than its link holds unsettled', async () => {
  const bus = await aRunningBus();
  const client = bus.client();
  await sendMany(client.createSender('scratch'), MANY);
  const receiver = client.createReceiver('scratch');
  const got: number[] = [];
  while (got.length < MANY) {
    const messages = await receiver.receiveMessages(200, { maxWaitTimeInMs: 5_000 });
    if (messages.length === 0) break;
    got.push(...messages.map(({ body }) => body as number));
    await Promise.all(messages.map((message) => receiver.completeMessage(message)));
  }
  expect(got).toEqual(numbersTo(MANY));
  expect(await receiver.peekMessages(1)).toEqual([]);
}, 60_000);

it('one subscriber gets thousands of messages, each once', async () => {
  const bus = await aRunningBus();
  const client = bus.client();
  const receiver = client.createReceiver('scratch');
  const got: number[] = [];
  const all = Promise.withResolvers<undefined>();
  const handlers = {
    processMessage: async ({ body }: ServiceBusReceivedMessage) => {
      if (got.push(body as number) === MANY) all.resolve(undefined);
    },
    processError: async ({ error }: { error: Error }) => {
      all.reject(error);
    },
  };
  receiver.subscribe(handlers, { maxConcurrentCalls: 50 });
  await sendMany(client.createSender('scratch'), MANY);
  await all.promise;
  expect(got).toEqual(numbersTo(MANY));
  await expect.poll(() => receiver.peekMessages(1)).toEqual([]);
}, 60_000);

it('more messages than a receiver may hold unsettled wait for it and all arrive', async () => {
  const bus = await aRunningBus();
  const client = bus.client();
  await sendMany(client.createSender('scratch'), 2_500);
  const receiver = client.createReceiver('scratch');
  const got: ServiceBusReceivedMessage[] = [];
  const held = await receiver.receiveMessages(2_500, { maxWaitTimeInMs: 3_000 });
  got.push(...held);
  await Promise.all(held.map((message) => receiver.completeMessage(message)));
  const rest = await receiver.receiveMessages(2_500, { maxWaitTimeInMs: 3_000 });
  got.push(...rest);
  await Promise.all(rest.map((message) => receiver.completeMessage(message)));
  expect(got.map(({ body }) => body as number)).toEqual(numbersTo(2_500));
}, 60_000);

const HOLDER = `
const { ServiceBusClient } = await import('@azure/service-bus');
const receiver = new ServiceBusClient(process.argv[2]).createReceiver('scratch');
const held = await receiver.receiveMessages(5);
receiver.subscribe({ processMessage: () => new Promise(() => {}), processError: async () => {} }, { maxConcurrentCalls: 20 });
setTimeout(() => process.send(held.length), 300);
`;

it('a client that is killed takes no further message, and its locks end in their time', async () => {
  const bus = await aRunningBus();
  const client = bus.client();
  const sender = client.createSender('scratch');
  await sendMany(sender, 5);
  const holder = fork('-', [bus.connectionString], {
    execArgv: ['--input-type=module', '--eval', HOLDER],
    cwd: process.cwd(),
  });
  onTestFinished(() => void holder.kill('SIGKILL'));
  expect(await once(holder, 'message')).toEqual([5, undefined]);
  holder.kill('SIGKILL');
  await once(holder, 'exit');

  await sender.sendMessages([{ body: 'after' }, { body: 'after' }]);
  const receiver = client.createReceiver('scratch');
  const after = await receiver.receiveMessages(7, { maxWaitTimeInMs: 1_000 });
  expect(after.map(({ body }) => body as string)).toEqual(['after', 'after']);
  await bus.pass(61);
  const again = await receiver.receiveMessages(5, { maxWaitTimeInMs: 1_000 });
  expect(again.map(({ body, deliveryCount }) => [body as number, deliveryCount])).toEqual(
    numbersTo(5).map((body) => [body, 1]),
  );
}, 30_000);

async function nextBody(receiver: ServiceBusReceiver) {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 2_000 });
  if (message) await receiver.completeMessage(message);
  return message?.body as unknown;
}

it('clients go on after the bus was stopped and started again; what it held is gone', async () => {
  const bus = await aRunningBus();
  // A client does not notice that what it has just sent went nowhere: it waits for its time-out before it tries again.
  const client = bus.client(1_000);
  const sender = client.createSender('scratch');
  const receiver = client.createReceiver('scratch');
  const streamed: unknown[] = [];
  const streaming = client.createReceiver('scratch', { subQueueType: 'deadLetter' });
  streaming.subscribe({
    processMessage: async ({ body }) => void streamed.push(body),
    processError: async () => undefined,
  });
  await sender.sendMessages([{ body: 'before' }, { body: 'lost' }]);
  expect(await nextBody(receiver)).toBe('before');
  await bus.stop();
  await expect(sender.sendMessages({ body: 'while away' })).rejects.toThrow();
  await bus.start();
  await sender.sendMessages({ body: 'after' });
  expect(await nextBody(receiver)).toBe('after');
  await sender.sendMessages({ body: 'dead' });
  const [dead] = await receiver.receiveMessages(1);
  await receiver.deadLetterMessage(dead!);
  await expect.poll(() => streamed, { timeout: 10_000 }).toEqual(['dead']);
}, 30_000);

it('a port that is taken is told, and nothing keeps listening', async () => {
  const bus = await aRunningBus();
  await expect(bus.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

it('strangers on the port are sent away with a hint and disturb nobody', async () => {
  const said = vi.spyOn(console, 'error').mockReturnValue();
  onTestFinished(() => {
    said.mockRestore();
  });
  const bus = await aRunningBus();
  const plain = connectPlain(bus.port, '127.0.0.1').end('GET / HTTP/1.1\r\n\r\n');
  const tls = connectTls(bus.port, '127.0.0.1').on('error', () => undefined);
  await Promise.all([plain, tls].map((socket) => new Promise((resolve) => socket.on('close', resolve))));
  expect(said.mock.calls.join()).toContain('lacks UseDevelopmentEmulator=true');
  const client = bus.client();
  await client.createSender('scratch').sendMessages({ body: 'served' });
  expect(await nextBody(client.createReceiver('scratch'))).toBe('served');
});
