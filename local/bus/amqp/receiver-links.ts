import type { Node } from '../broker.ts';
import { BusError } from '../queue/bus-error.ts';
import type { Consumer } from '../queue/dispatcher.ts';
import type { QueuedMessage } from '../queue/message.ts';
import { tagOfToken } from './lock-token.ts';
import { encodeMessage } from './message-encoding.ts';
import { createOutgoingLink, type OutgoingLink } from './outgoing-link.ts';
import { filterNames, type ServerDelivery, type ServerSender } from './rhea-internals.ts';
import { settle, type OutcomeName } from './settlement.ts';

const SETTLED_BY_SENDER = 1;

/** The links on which clients receive from queues; the broker is the sending side. */
type ReceiverLinks = {
  /** Throws `amqp:not-allowed` for a receiver of sessions. */
  open(sender: ServerSender, node: Node): OutgoingLink;
  /** The client gave credit. */
  onCredit(sender: ServerSender): void;
  /** False if the delivery is not one of a queue. */
  onOutcome(sender: ServerSender, settlement: { delivery: ServerDelivery; outcome: OutcomeName }): boolean;
  /** Locks stay until they expire, as on the real service: the client may still settle by management request. */
  close(sender: ServerSender): void;
};

export function createReceiverLinks(): ReceiverLinks {
  const links = new Map<ServerSender, { consumer: Consumer; node: Node }>();
  return {
    open(sender, node) {
      const { attach } = sender.remote;
      if (filterNames(attach.source).includes('com.microsoft:session-filter')) {
        throw new BusError('amqp:not-allowed', 'The queue does not support sessions.');
      }
      const outgoing = createOutgoingLink(sender, () => {
        if (links.has(sender)) node.dispatcher.add(consumer);
      });
      const consumer: Consumer = {
        mode: attach.snd_settle_mode === SETTLED_BY_SENDER ? 'delete' : 'lock',
        hasCredit: outgoing.hasCredit,
        deliver(message) {
          const tag = message.lock ? tagOfToken(message.lock.token) : Buffer.from(String(message.sequenceNumber));
          const bytes = tryEncode(message);
          if (bytes) outgoing.send(bytes, tag);
        },
      };
      links.set(sender, { consumer, node });
      return outgoing;
    },
    onCredit(sender) {
      links.get(sender)?.node.dispatcher.pump();
    },
    onOutcome(sender, { delivery, outcome }) {
      const link = links.get(sender);
      if (!link) return false;
      settle(link.node.queue, delivery, outcome);
      return true;
    },
    close(sender) {
      const link = links.get(sender);
      link?.node.dispatcher.remove(link.consumer);
      links.delete(sender);
    },
  };
}

/** A message that cannot be written stays locked, comes again when the lock expires, and ends in the dead-letter queue. */
function tryEncode(message: QueuedMessage): Buffer | undefined {
  try {
    return encodeMessage(message);
  } catch (error) {
    console.error(`bus: message ${message.content.messageId} cannot be delivered:`, error);
    return undefined;
  }
}
