import { once } from 'node:events';

import { app, type ServiceBusQueueHandler } from '@azure/functions';
import { ServiceBusClient } from '@azure/service-bus';
import { expect, onTestFinished, test, vi } from 'vitest';

import { aPartProcess, type PartProcess } from './host-process.ts';
import { aHost } from './running-host.ts';

const queues = { jobs: { lockSeconds: 60, maxDeliveryCount: 3, duplicateWindowSeconds: 600, timeToLiveDays: 14 } };
const retryOptions = { maxRetries: 10, retryDelayInMs: 200 };

const aBusProcess = (port = 0) => aPartProcess('bus', { port, queues });
const portOf = (bus: PartProcess) => Number(/localhost:(\d+)/.exec(String(bus.settings.SERVICE_BUS))?.[1]);

async function end(bus: PartProcess): Promise<void> {
  bus.child.kill('SIGKILL');
  await once(bus.child, 'exit');
}

function aClient(bus: PartProcess) {
  const client = new ServiceBusClient(String(bus.settings.SERVICE_BUS), { retryOptions });
  onTestFinished(() => client.close());
  return client;
}

const aQueueHost = (settings: Record<string, string>, handler: ServiceBusQueueHandler) =>
  aHost(
    () => {
      app.serviceBusQueue('consume', { connection: 'SERVICE_BUS', queueName: 'jobs', handler });
    },
    { settings },
  );

const soon = { timeout: 8_000, interval: 50 };

test('consumes a queue over AMQP: completes, gives a failed message again, and leaves it to the dead letters', async () => {
  const bus = await aBusProcess();
  const client = aClient(bus);
  const seen: string[] = [];
  await aQueueHost(bus.settings, (message, context) => {
    const { messageId, deliveryCount } = context.triggerMetadata ?? {};
    seen.push(JSON.stringify([message, messageId, deliveryCount]));
    if ((message as { fail: boolean }).fail) throw new Error('no ink');
  });
  await client.createSender('jobs').sendMessages([
    { body: { fail: false }, messageId: 'good' },
    { body: { fail: true }, messageId: 'bad' },
  ]);

  const [dead] = await client.createReceiver('jobs', { subQueueType: 'deadLetter' }).receiveMessages(1);
  expect([dead?.messageId, dead?.deadLetterReason]).toEqual(['bad', 'MaxDeliveryCountExceeded']);
  expect(seen.toSorted()).toEqual([
    '[{"fail":false},"good",1]',
    '[{"fail":true},"bad",1]',
    '[{"fail":true},"bad",2]',
    '[{"fail":true},"bad",3]',
  ]);
  expect(await client.createReceiver('jobs').peekMessages(10)).toEqual([]);
});

test('goes on by itself after the bus was killed with a call in flight, and starts without a bus', async () => {
  const first = await aBusProcess();
  const port = portOf(first);
  await end(first);

  const seen: unknown[] = [];
  const gate = Promise.withResolvers<undefined>();
  const host = await aQueueHost(first.settings, async (message) => {
    seen.push(message);
    if (message === 'held') await gate.promise;
  });
  const second = await aBusProcess(port);
  await aClient(second).createSender('jobs').sendMessages({ body: 'held', messageId: 'held' });
  await vi.waitFor(() => {
    expect(seen).toEqual(['held']);
  }, soon);

  await end(second);
  const third = await aBusProcess(port);
  gate.resolve(undefined);
  await aClient(third).createSender('jobs').sendMessages({ body: 'after' });
  await vi.waitFor(() => {
    expect(seen).toEqual(['held', 'after']);
    expect(host.warnings.join()).toContain("Could not complete message 'held'");
  }, soon);
});

test('goes on after the bus was silent, with a call in flight meanwhile', async () => {
  const bus = await aBusProcess();
  const gate = Promise.withResolvers<undefined>();
  const seen: unknown[] = [];
  await aQueueHost(bus.settings, async (message) => {
    seen.push(message);
    await gate.promise;
  });
  const client = aClient(bus);
  const sender = client.createSender('jobs');
  await sender.sendMessages({ body: 'one' });
  await vi.waitFor(() => {
    expect(seen).toEqual(['one']);
  }, soon);

  bus.child.kill('SIGSTOP');
  gate.resolve(undefined);
  const sent = sender.sendMessages({ body: 'two' });
  bus.child.kill('SIGCONT');
  await sent;
  await vi.waitFor(async () => {
    expect(seen).toEqual(['one', 'two']);
    expect(await client.createReceiver('jobs').peekMessages(10)).toEqual([]);
  }, soon);
});
