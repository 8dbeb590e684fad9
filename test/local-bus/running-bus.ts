import { ServiceBusClient } from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import { startBus, type QueueOptions } from '../../local/bus/start.ts';
import { createWorldClock } from '../../local/world-clock.ts';

const scratch: QueueOptions = {
  lockSeconds: 60,
  maxDeliveryCount: 3,
  duplicateWindowSeconds: 600,
  timeToLiveDays: 14,
};

export type RunningBus = Awaited<ReturnType<typeof aRunningBus>>;

/** A bus on a free port with the queue `scratch`, ended with the test; every client is an unmodified one. */
export async function aRunningBus(queues: Record<string, QueueOptions> = { scratch }) {
  const clock = createWorldClock();
  const world = { clock, advance: () => Promise.resolve(), timers: () => undefined };
  const clients: ServiceBusClient[] = [];
  let part = await startBus({ port: 0, queues }, world);
  const connectionString = part.settings.SERVICE_BUS ?? '';
  const port = Number(/:(\d+);/.exec(connectionString)?.[1]);
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await part.stop();
  });
  return {
    connectionString,
    port,
    stop: () => part.stop(),
    start: async () => {
      part = await startBus({ port, queues }, world);
    },
    /** Moves the world's clock and waits until the bus has followed. */
    pass: (seconds: number) => clock.setOffset(clock.offsetMs() + seconds * 1_000),
    client: (timeoutInMs = 60_000) => {
      const client = new ServiceBusClient(connectionString, { retryOptions: { retryDelayInMs: 100, timeoutInMs } });
      clients.push(client);
      return client;
    },
  };
}
