import type { Server, Socket } from 'node:net';
import rhea, { type Connection, type EventContext } from 'rhea';
import type { Broker } from '../broker.ts';
import { createLinks, type Links } from './links.ts';
import { BATCH_FORMAT, MAX_MESSAGE_BYTES } from './message-decoding.ts';
import type { ServerDelivery, ServerReceiver, ServerSender, ServerSession } from './rhea-internals.ts';
import type { OutcomeName } from './settlement.ts';

/** Any other format than 0 makes the library hand out the bytes of a message instead of decoding it. */
const UNDECODED_FORMAT = 0xffffffff;
const OUTCOMES = ['accepted', 'rejected', 'released', 'modified'] as const satisfies readonly OutcomeName[];
/** A TLS record that begins a handshake, where an AMQP header is due. */
const TLS_HANDSHAKE = '160301';

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
  const on = (event: string, listener: (context: Context) => void) => {
    container.on(event, (context: EventContext) => {
      listener(context as unknown as Context);
    });
  };
  routeEvents(on, createLinks(broker));
  reportErrors((event, listener) => container.on(event, listener));

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

type SaslMechanisms = {
  enable_anonymous(): void;
  enable_plain(check: () => boolean): void;
  MSSBCBS: () => { outcome: boolean | undefined; start(): void };
};

function offerMechanisms(mechanisms: SaslMechanisms): void {
  // The JavaScript client takes the first that it knows.
  mechanisms.enable_anonymous();
  mechanisms.enable_plain(() => true);
  // The only one of the .NET client, hence of the Functions host's trigger; the claims come later, through $cbs.
  mechanisms.MSSBCBS = () => ({
    outcome: undefined,
    start() {
      this.outcome = true;
    },
  });
}

type Context = {
  connection: Connection;
  session: ServerSession;
  sender: ServerSender;
  receiver: ServerReceiver;
  delivery: ServerDelivery;
  message: Buffer;
  format: number;
};

function routeEvents(on: (event: string, listener: (context: Context) => void) => void, links: Links): void {
  on('session_open', ({ session }) => {
    receiveUndecoded(session);
    tellFlows(session, links);
  });
  on('sender_open', ({ sender }) => {
    links.openSender(sender);
  });
  on('receiver_open', ({ receiver }) => {
    links.openReceiver(receiver);
  });
  on('message', ({ receiver, delivery, message, format }) => {
    links.onTransfer(receiver, { bytes: message, format, delivery });
  });
  on('sender_draining', ({ sender }) => {
    links.onDrain(sender);
  });
  for (const outcome of OUTCOMES) {
    on(outcome, ({ sender, delivery }) => {
      links.onOutcome(sender, { delivery, outcome });
    });
  }
  on('settled', ({ delivery }) => {
    delivery.settled = true;
  });
  on('sender_close', ({ sender: closed }) => {
    links.closeSenders((sender) => sender === closed);
  });
  on('session_close', ({ session }) => {
    links.closeSenders((sender) => sender.session === session);
  });
  // A clean close gives no further event for sessions and links, a broken connection gives only the second of these.
  for (const event of ['connection_close', 'disconnected']) {
    on(event, ({ connection }) => {
      links.closeSenders((sender) => sender.connection === connection);
    });
  }
}

/** Keeps the library from decoding: the types of values would be lost, and one bad message would end the connection. */
function receiveUndecoded(session: ServerSession): void {
  const { incoming } = session;
  const onTransfer = incoming.on_transfer.bind(incoming);
  incoming.on_transfer = (frame, receiver) => {
    const { performative } = frame;
    if (performative.message_format !== BATCH_FORMAT) performative.message_format = UNDECODED_FORMAT;
    onTransfer(frame, receiver);
  };
}

/** The library tells the flow of a link, but not that of a session, which a client sends when its window was full. */
function tellFlows(session: ServerSession, links: Links): void {
  const onFlow = session.on_flow.bind(session);
  session.on_flow = (frame) => {
    onFlow(frame);
    links.onFlow(session);
  };
}

function reportErrors(on: (event: string, listener: (error: unknown) => void) => void): void {
  // Clients break their links, sessions and connections as they like; without listeners the library throws.
  for (const event of ['connection_error', 'session_error', 'sender_error', 'receiver_error'])
    on(event, () => undefined);
  for (const event of ['error', 'protocol_error']) {
    on(event, (error) => {
      const isTls = String(error).includes(TLS_HANDSHAKE);
      console.error(
        'bus:',
        isTls ? 'a client tried TLS: its connection string lacks UseDevelopmentEmulator=true' : error,
      );
    });
  }
}
