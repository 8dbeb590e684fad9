import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { afterEach } from 'vitest';
import { startBus } from '../../local/bus/start.ts';
import { createWorldClock } from '../../local/world-clock.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { azureBus, busClientOptions } from '../../shared/platform/azure-bus.servicebus.ts';
import { queues, type QueueName } from '../../shared/platform/resources.ts';
import { memoryBus } from '../support/memory-bus.ts';
import { movedClock } from '../support/moved-clock.ts';
import { busContract, type BusHarness, type Received } from './bus.contract.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

busContract('in memory', async () => {
  const time = movedClock();
  const memory = memoryBus(time.clock.now);
  const ready = (queue: QueueName) => memory.ready().filter((held) => held.queue === queue);
  return {
    bus: memory.bus,
    now: time.clock.now,
    advance: time.advance,
    receive: async (queue) =>
      ready(queue).map((held) => {
        memory.take(held);
        memory.complete(held);
        const { id, body, correlationId } = held.message;
        return { id, body, correlationId, deliveries: held.deliveries };
      }),
    abandon: async (queue) => {
      for (const held of ready(queue)) memory.abandon(memory.take(held));
    },
    deadLetters: async (queue) => memory.dead.filter((held) => held.queue === queue).map((held) => held.message.id),
  };
});

busContract('Service Bus emulator through the unmodified client', async (): Promise<BusHarness> => {
  const clock = createWorldClock();
  const world = {
    clock,
    advance: async (seconds: number) => clock.setOffset(clock.offsetMs() + seconds * 1_000),
    timers: () => undefined,
  };
  const part = await startBus({ port: 0, queues }, world);
  const connectionString = part.settings.SERVICE_BUS ?? '';
  const client = new ServiceBusClient(connectionString, busClientOptions);
  const adapter = azureBus(async () => new ServiceBusClient(connectionString, busClientOptions), systemClock);
  stops.push(
    async () => part.stop(),
    async () => client.close(),
    async () => adapter.close(),
  );

  const drain = async (
    queue: QueueName,
    settle: (receiver: ReturnType<typeof client.createReceiver>, message: ServiceBusReceivedMessage) => Promise<void>,
  ): Promise<Received[]> => {
    const receiver = client.createReceiver(queue);
    const messages = await receiver.receiveMessages(10, { maxWaitTimeInMs: 150 });
    for (const message of messages) await settle(receiver, message);
    await receiver.close();
    return messages.map((message) => ({
      id: String(message.messageId),
      body: message.body as unknown,
      correlationId: String(message.correlationId),
      deliveries: (message.deliveryCount ?? 0) + 1,
    }));
  };
  return {
    bus: adapter,
    now: () => clock.now(),
    advance: async (ms) => world.advance(ms / 1_000),
    receive: async (queue) => drain(queue, async (receiver, message) => receiver.completeMessage(message)),
    abandon: async (queue) => {
      await drain(queue, async (receiver, message) => receiver.abandonMessage(message));
    },
    deadLetters: async (queue) => {
      const receiver = client.createReceiver(queue, { subQueueType: 'deadLetter' });
      const messages = await receiver.peekMessages(10);
      await receiver.close();
      return messages.map((message) => String(message.messageId));
    },
  };
});
