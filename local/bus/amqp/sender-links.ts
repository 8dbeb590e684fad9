import type { Node } from '../broker.ts';
import { BusError } from '../queue/bus-error.ts';
import { assertSize, decodeTransfer } from './message-decoding.ts';
import { accepted, type ServerDelivery } from './rhea-internals.ts';

/** One complete transfer from a client, not decoded. */
export type IncomingTransfer = { bytes: Buffer; format: number; delivery: ServerDelivery };

/** Takes the transfers of one link; what it throws becomes the rejection of the transfer. */
export type TransferHandler = (transfer: IncomingTransfer) => void;

/** A client sends to a queue on this link. Throws `amqp:not-allowed` for a sub-queue. */
export function openSenderLink(node: Node): TransferHandler {
  if (node.isSubQueue) throw new BusError('amqp:not-allowed', 'Messages cannot be sent to a sub-queue.');
  return ({ bytes, format, delivery }) => {
    assertSize(bytes.length);
    node.queue.send(decodeTransfer(bytes, format));
    delivery.update(true, accepted());
  };
}
