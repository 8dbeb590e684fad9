import type { Broker } from '../broker.ts';
import { asBusError } from '../queue/bus-error.ts';
import { resolveAddress } from './address.ts';
import { acceptLink, refuseLink } from './attach.ts';
import { acceptClaim } from './claims.ts';
import { manage } from './management.ts';
import type { OutgoingLink } from './outgoing-link.ts';
import { createReceiverLinks } from './receiver-links.ts';
import { createReplyLinks } from './reply-links.ts';
import { decodeRequest, encodeResponse, type BusRequest, type BusResponse } from './requests.ts';
import {
  accepted,
  addressOf,
  reject,
  type ServerDelivery,
  type ServerReceiver,
  type ServerSender,
  type ServerSession,
} from './rhea-internals.ts';
import { openSenderLink, type IncomingTransfer, type TransferHandler } from './sender-links.ts';
import type { OutcomeName } from './settlement.ts';

/** All links of the bus. "Sender" and "receiver" are the broker's sides here: a client's receiver is our sender. */
export type Links = {
  openSender(sender: ServerSender): void;
  openReceiver(receiver: ServerReceiver): void;
  onTransfer(receiver: ServerReceiver, transfer: IncomingTransfer): void;
  /** The client gave credit to a link of the session, or widened the session's window. */
  onFlow(session: ServerSession): void;
  onDrain(sender: ServerSender): void;
  onOutcome(sender: ServerSender, settlement: { delivery: ServerDelivery; outcome: OutcomeName }): void;
  /** Forgets the senders that the filter picks: their link, session or connection has ended. */
  closeSenders(filter: (sender: ServerSender) => boolean): void;
};

export function createLinks(broker: Broker): Links {
  const senders = new Map<ServerSender, OutgoingLink>();
  const transferHandlers = new WeakMap<ServerReceiver, TransferHandler>();
  const receiverLinks = createReceiverLinks();
  const replyLinks = createReplyLinks();

  const answering = (link: ServerReceiver, answer: (request: BusRequest) => BusResponse): TransferHandler => {
    return ({ bytes, delivery }) => {
      const request = decodeRequest(bytes);
      delivery.update(true, accepted());
      replyLinks.reply({ link, replyTo: request.replyTo }, encodeResponse(answer(request)));
    };
  };
  const outgoingLinkOf = (sender: ServerSender) => {
    const target = resolveAddress(broker, addressOf(sender.remote.attach.source));
    return target.kind === 'queue' ? receiverLinks.open(sender, target.node) : replyLinks.open(sender);
  };
  const handlerOf = (receiver: ServerReceiver) => {
    const target = resolveAddress(broker, addressOf(receiver.remote.attach.target));
    switch (target.kind) {
      case 'claims':
        return answering(receiver, acceptClaim);
      case 'management':
        return answering(receiver, (request) => manage(target.node, request));
      case 'queue':
        return openSenderLink(target.node);
    }
  };

  return {
    openSender(sender) {
      try {
        senders.set(sender, outgoingLinkOf(sender));
        acceptLink(sender);
      } catch (error) {
        refuseLink(sender, error);
      }
    },
    openReceiver(receiver) {
      try {
        transferHandlers.set(receiver, handlerOf(receiver));
        acceptLink(receiver);
      } catch (error) {
        refuseLink(receiver, error);
      }
    },
    onTransfer(receiver, transfer) {
      try {
        transferHandlers.get(receiver)?.(transfer);
      } catch (error) {
        const { condition, message } = asBusError(error);
        reject(transfer.delivery, { condition, description: message });
      }
    },
    onFlow(session) {
      for (const sender of senders.keys()) {
        if (sender.session !== session) continue;
        receiverLinks.onCredit(sender);
        replyLinks.flush(sender);
      }
    },
    onDrain(sender) {
      senders.get(sender)?.answerDrain();
    },
    onOutcome(sender, settlement) {
      // The outcome of a reply, from a client that settles those: nothing depends on it.
      if (!receiverLinks.onOutcome(sender, settlement)) settlement.delivery.update(true);
    },
    closeSenders(filter) {
      for (const sender of [...senders.keys()].filter(filter)) {
        senders.delete(sender);
        receiverLinks.close(sender);
        replyLinks.close(sender);
      }
    },
  };
}
