import { once } from 'node:events';
import rhea, { type Connection, type EventContext, type Message, type Receiver, type Sender } from 'rhea';
import { onTestFinished } from 'vitest';

/** Any emitter of the library: connection, session or link. */
type Emitter = { once(event: string, listener: (context: EventContext) => void): unknown };

export function next(emitter: Emitter, event: string): Promise<EventContext> {
  return new Promise((resolve) => emitter.once(event, resolve));
}

type Mechanism = { start(send: (error: undefined, response: Buffer) => void): void };

/** The mechanism of the .NET client; the real credentials go to $cbs later. */
export const mssbcbs: Record<string, () => Mechanism> = {
  MSSBCBS: () => ({
    start(send) {
      send(undefined, Buffer.alloc(0));
    },
  }),
};

/** An AMQP client without any Service Bus library; closed with the test. */
export async function aRawConnection(port: number, options: Record<string, unknown> = {}): Promise<Connection> {
  const container = rhea.create_container();
  // A broker that breaks the protocol shows as an error of the client's library.
  const errors: unknown[] = [];
  for (const event of ['error', 'protocol_error', 'connection_error', 'session_error']) {
    container.on(event, (error: unknown) => errors.push(error));
  }
  for (const event of ['sender_error', 'receiver_error', 'disconnected']) container.on(event, () => undefined);
  const connection = container.connect({ host: '127.0.0.1', port, reconnect: false, ...options });
  await next(connection, 'connection_open');
  onTestFinished(async () => {
    connection.close();
    await once(connection, 'connection_close');
    if (errors.length > 0) throw new AggregateError(errors, 'The broker broke the protocol.');
  });
  return connection;
}

export function textOf(message: object | undefined): string {
  const { body } = message as { body: unknown };
  return (body as { content: Buffer }).content.toString();
}

export async function sendTexts(connection: Connection, queue: string, texts: readonly string[]): Promise<void> {
  const sender = connection.open_sender(queue);
  await next(sender, 'sendable');
  for (const text of texts) {
    sender.send({ message_id: text, body: rhea.message.data_section(Buffer.from(text)) as unknown });
    await next(sender, 'accepted');
  }
  sender.close();
}

type Transfer = { aborted: boolean; more: boolean };
type Internals = {
  outgoing: { next_transfer_id: number };
  output(frame: object, payload: Buffer | undefined): void;
};

/** Sends a message and breaks it off after its last byte, which the library cannot do by itself. */
export async function sendAborted(sender: Sender, message: Message): Promise<void> {
  const session = sender.session as unknown as Internals;
  const output = session.output.bind(session);
  const written = new Promise<void>((resolve) => {
    session.output = (frame, payload) => {
      session.output = output;
      const transfer = frame as Transfer;
      transfer.more = true;
      output(transfer, payload);
      session.outgoing.next_transfer_id += 1;
      Object.assign(transfer, { more: false, aborted: true });
      output(transfer, undefined);
      resolve();
    };
  });
  sender.send(message);
  await written;
}

/** A receiver whose credit is given by hand and whose messages are settled by hand. */
export function openReceiver(connection: Connection, source: string, options: Record<string, unknown> = {}): Receiver {
  return connection.open_receiver({
    source: { address: source },
    credit_window: 0,
    autoaccept: false,
    autosettle: false,
    snd_settle_mode: 0,
    rcv_settle_mode: 1,
    ...options,
  });
}

/** Request and response links as the .NET client opens them: the requests are settled already, and it gives credit of 50. */
export async function aRequestPair(
  connection: Connection,
  node: string,
): Promise<{ sender: Sender; receiver: Receiver }> {
  const session = connection.create_session();
  session.open();
  const sender = session.open_sender({
    name: 'duplex1:sender',
    target: { address: node },
    source: { address: 'duplex1' },
    snd_settle_mode: 1,
  });
  const receiver = session.open_receiver({
    name: 'duplex1:receiver',
    source: { address: node },
    target: { address: 'duplex1' },
    snd_settle_mode: 1,
    credit_window: 50,
  });
  await Promise.all([next(sender, 'sendable'), next(receiver, 'receiver_open')]);
  return { sender, receiver };
}
