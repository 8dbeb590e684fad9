import type { Part, StartPart } from '../part.ts';
import { createAmqpServer, type AmqpServer } from './amqp/server.ts';
import { createBroker } from './broker.ts';
import type { QueueOptions } from './queue/message.ts';

export type { QueueOptions };

/**
 * The Service Bus of the local world: queues over real AMQP 1.0, for unmodified clients. Messages live in memory only and are
 * gone after a restart; the rows of the desk are the truth and its sweep sends again. Port 0 picks a free one.
 */
export const startBus: StartPart<{ port: number; queues: Record<string, QueueOptions> }> = async (
  { port: wanted, queues },
  { clock },
): Promise<Part> => {
  const broker = createBroker(queues, () => clock.now());
  clock.onJump(() => {
    broker.runDue();
  });
  const server = createAmqpServer(broker);
  const port = await listenOnLoopback(server, wanted);
  const connection = [
    `Endpoint=sb://localhost:${String(port)}`,
    'SharedAccessKeyName=local',
    'SharedAccessKey=local',
    'UseDevelopmentEmulator=true',
  ];
  return {
    settings: { SERVICE_BUS: `${connection.join(';')};` },
    async stop() {
      broker.stop();
      await server.stop();
    },
  };
};

/** Listens on the same port of 127.0.0.1 and, where there is IPv6, ::1: clients resolve "localhost" to either. */
async function listenOnLoopback(server: AmqpServer, wanted: number): Promise<number> {
  const port = await server.listen('127.0.0.1', wanted);
  try {
    await server.listen('::1', port);
  } catch (error) {
    if (!isWithoutIpv6(error)) {
      await server.stop();
      throw error;
    }
  }
  return port;
}

function isWithoutIpv6(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}
