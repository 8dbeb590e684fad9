import type { Connection, Container, EventContext } from 'rhea';
import type { Links } from './links.ts';
import { BATCH_FORMAT } from './message-decoding.ts';
import type { ServerDelivery, ServerReceiver, ServerSender, ServerSession } from './rhea-internals.ts';
import type { OutcomeName } from './settlement.ts';

/** Any other format than 0 makes the library hand out the bytes of a message instead of decoding it. */
const UNDECODED_FORMAT = 0xffffffff;
/** Marks a transfer that the client broke off: what came of it is no message. */
const ABORTED_FORMAT = 0xfffffffe;
const OUTCOMES = ['accepted', 'rejected', 'released', 'modified'] as const satisfies readonly OutcomeName[];
/** A TLS record that begins a handshake, where an AMQP header is due. */
const TLS_HANDSHAKE = '160301';

type Context = {
  connection: Connection;
  session: ServerSession;
  sender: ServerSender;
  receiver: ServerReceiver;
  delivery: ServerDelivery;
  message: Buffer | undefined;
  format: number;
};

/** Calls the links for everything that clients do. */
export function routeEvents(container: Container, links: Links): void {
  const on = (event: string, listener: (context: Context) => void) => {
    container.on(event, (context: EventContext) => {
      listener(context as unknown as Context);
    });
  };
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
    // Settled by being aborted: the client awaits no answer.
    if (format === ABORTED_FORMAT) {
      delivery.settled = true;
      return;
    }
    // The library gives nothing for a transfer without a byte.
    links.onTransfer(receiver, { bytes: message ?? Buffer.alloc(0), format, delivery });
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
  // A connection that closes cleanly gives only the first of these, a broken one only the second; neither tells of its links.
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
    // The library knows nothing of aborting.
    if (performative.aborted === true && receiver._incomplete) receiver._incomplete.format = ABORTED_FORMAT;
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

/** Clients break links, sessions and connections as they like; without listeners the library throws. */
export function reportErrors(container: Container): void {
  for (const event of ['connection_error', 'session_error', 'sender_error', 'receiver_error']) {
    container.on(event, () => undefined);
  }
  const tlsHint = 'a client tried TLS: its connection string lacks UseDevelopmentEmulator=true';
  for (const event of ['error', 'protocol_error']) {
    container.on(event, (error: unknown) => {
      console.error('bus:', String(error).includes(TLS_HANDSHAKE) ? tlsHint : error);
    });
  }
}
