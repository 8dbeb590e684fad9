import { ServiceBusClient } from '@azure/service-bus';
import { startBus } from '../../local/bus/start.ts';
import { createWorldClock } from '../../local/world-clock.ts';
import resources from '../../infra/resources.json' with { type: 'json' };

const messages = 5_000;
const inFlight = 100;

/** Messages a second through the emulator with the unmodified client, both in this process: sends 100 at a time, then settles. */
export async function benchBus(): Promise<void> {
  const clock = createWorldClock();
  const world = { clock, advance: async () => Promise.resolve(), timers: () => undefined };
  const part = await startBus({ port: 0, queues: resources.queues }, world);
  const client = new ServiceBusClient(part.settings.SERVICE_BUS ?? '', { retryOptions: { retryDelayInMs: 500 } });
  try {
    const sender = client.createSender('desk-events');
    const receiver = client.createReceiver('desk-events');
    await sender.sendMessages({ body: 'warm' });
    const sending = performance.now();
    for (let sent = 0; sent < messages; sent += inFlight) {
      await Promise.all(
        Array.from({ length: inFlight }, async (_, n) => sender.sendMessages({ body: { n: sent + n } })),
      );
    }
    const receiving = performance.now();
    let received = 0;
    while (received < messages) {
      const batch = await receiver.receiveMessages(inFlight, { maxWaitTimeInMs: 2_000 });
      await Promise.all(batch.map(async (message) => receiver.completeMessage(message)));
      received += batch.length;
    }
    const done = performance.now();
    const rate = (from: number, to: number) => String(Math.round((messages * 1_000) / (to - from)));
    console.log(`emulator, ${String(inFlight)} sends in flight          ${rate(sending, receiving)} messages a second`);
    console.log(`emulator, receive and complete           ${rate(receiving, done)} messages a second`);
  } finally {
    await client.close();
    await part.stop();
  }
}
