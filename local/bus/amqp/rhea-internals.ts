import rhea, { type AmqpError, type Connection, type Receiver, type Sender, type Session } from 'rhea';
import type { AmqpValue } from './values.ts';

// What a broker needs of rhea beyond its typings. All of it was read in rhea 3.0.5; the tests in test/local-bus hold it in place.

type Attach = { snd_settle_mode: number | null | undefined; rcv_settle_mode: number | null | undefined };

type Terminus = { address: string | null | undefined; filter?: Record<string, unknown> | null };

type ServerLink = {
  local: { attach: Attach };
  remote: { attach: Attach & { source: Terminus | null | undefined; target: Terminus | null | undefined } };
  session: ServerSession;
  connection: Connection & { _register(): void };
};

export type ServerSession = Session & {
  incoming: { on_transfer(frame: TransferFrame, receiver: ServerReceiver): void };
  outgoing: {
    /** Free places in the ring of deliveries. */
    available(): number;
    /** Frames that the client's session takes now. */
    transfer_window(): number;
    next_delivery_id: number;
    next_pending_delivery: number;
  };
  on_flow(frame: unknown): void;
};

export type TransferFrame = {
  performative: { message_format: number | null | undefined; aborted: boolean | null | undefined };
};

export type ServerSender = Omit<Sender, 'send' | 'session' | 'connection'> &
  ServerLink & {
    credit: number;
    delivery_count: number;
    issue_flow: boolean;
    _get_drain(): boolean;
    send(bytes: Buffer, tag: Buffer, format: number): ServerDelivery;
  };

export type ServerReceiver = Omit<Receiver, 'session' | 'connection'> &
  ServerLink & {
    /** The delivery of which not all frames have come. */
    _incomplete?: { format: number };
  };

export type ServerDelivery = {
  tag: Buffer;
  settled: boolean;
  remote_settled: boolean;
  /** The composite's fields in order; null for an empty list. */
  remote_state?: { value: readonly (AmqpValue | undefined)[] | null };
  update(settled: boolean, state?: unknown): void;
};

type Outcome = { described(): unknown };

const outcomes = rhea.message as unknown as {
  accepted(): Outcome;
  rejected(fields: { error: AmqpError }): Outcome;
};

export const accepted = (): unknown => outcomes.accepted().described();

/**
 * Refuses a delivery, in a turn of its own: of two outcomes in one turn the library writes the first for both deliveries, and a
 * refusal would be told as success or the other way round.
 */
export function reject(delivery: ServerDelivery, error: AmqpError): void {
  setImmediate(() => {
    delivery.update(true, outcomes.rejected({ error }).described());
    // As for every answer (see the settling of deliveries): clients do not settle again.
    delivery.remote_settled = true;
  });
}

/** The address of a terminus. A missing terminus is null or an object without fields; .NET also sends empty lists. */
export function addressOf(terminus: Terminus | null | undefined): string | undefined {
  return terminus?.address ?? undefined;
}

export function filterNames(terminus: Terminus | null | undefined): string[] {
  return Object.keys(terminus?.filter ?? {});
}
