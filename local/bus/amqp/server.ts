import type { Server, Socket } from 'node:net';
import rhea from 'rhea';
import type { Broker } from '../broker.ts';
import { reportErrors, routeEvents } from './events.ts';
import { createLinks } from './links.ts';
import { MAX_MESSAGE_BYTES } from './message-decoding.ts';
import { offerMechanisms, type SaslMechanisms } from './sasl.ts';

export type AmqpServer = {
  /** Resolves with the port; rejects if the address cannot be listened on. */
  listen(host: string, port: number): Promise<number>;
  /** Cuts all connections. */
  stop(): Promise<void>;
};

export function createAmqpServer(broker: Broker): AmqpServer {
  const container = rhea.create_container({
    id: 'local-bus',
    sender_options: { autosettle: false, treat_modified_as_released: false },
    receiver_options: { autoaccept: false, credit_window: 2_048, max_message_size: MAX_MESSAGE_BYTES },
  });
  offerMechanisms(container.sasl_server_mechanisms as SaslMechanisms);
  routeEvents(container, createLinks(broker));
  reportErrors(container);

  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const listenOptions = {
    idle_time_out: 240_000,
    max_frame_size: 65_536,
    tcp_no_delay: true,
    // One delivery that is never settled keeps its place in this ring, and all later ones theirs.
    session_buffer_size: { outgoing: 100_000, incoming: 5_000 },
  };
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        const server = container.listen({ ...listenOptions, host, port });
        server.on('connection', (socket: Socket) => {
          sockets.add(socket);
          socket.on('close', () => sockets.delete(socket));
        });
        server.on('error', reject);
        server.once('listening', () => {
          servers.push(server);
          const address = server.address();
          resolve(typeof address === 'object' && address ? address.port : port);
        });
      }),
    async stop() {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      // With an error, because that is what makes the library drop the connection and its timers.
      for (const socket of sockets) socket.destroy(new Error('The local bus is stopping.'));
      await Promise.all(closed);
    },
  };
}
