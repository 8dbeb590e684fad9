import { createOutgoingLink, type OutgoingLink } from './outgoing-link.ts';
import { addressOf, type ServerReceiver, type ServerSender } from './rhea-internals.ts';

/** The links on which answers go back to clients. */
type ReplyLinks = {
  open(sender: ServerSender): OutgoingLink;
  close(sender: ServerSender): void;
  /** Sends what had to wait for credit. */
  flush(sender: ServerSender): void;
  /** Sends a response to the request that came in on this link; without a way back it is dropped. */
  reply(request: { link: ServerReceiver; replyTo: string | undefined }, response: Buffer): void;
};

export function createReplyLinks(): ReplyLinks {
  const links = new Map<ServerSender, { outgoing: OutgoingLink; waiting: Buffer[] }>();
  let lastTag = 0;

  const flush = (sender: ServerSender) => {
    const link = links.get(sender);
    while (link?.outgoing.hasCredit()) {
      const response = link.waiting.shift();
      if (!response) return;
      const tag = Buffer.alloc(4);
      tag.writeUInt32BE(++lastTag >>> 0);
      const delivery = link.outgoing.send(response, tag);
      // Nobody would do anything about a lost answer: settled, unless the client insists on settling.
      if (sender.remote.attach.snd_settle_mode !== 0) delivery.settled = true;
    }
  };
  // Clients open one pair of links per session; the name tells links apart for one that opens several.
  const findReplyLink = (link: ServerReceiver, replyTo: string | undefined) => {
    const inSession = [...links.keys()].filter(({ session }) => session === link.session);
    return inSession.find((sender) => isNamed(sender, replyTo)) ?? inSession.at(0);
  };
  return {
    flush,
    open(sender) {
      const outgoing = createOutgoingLink(sender, () => {
        flush(sender);
      });
      links.set(sender, { outgoing, waiting: [] });
      return outgoing;
    },
    close(sender) {
      links.delete(sender);
    },
    reply({ link, replyTo }, response) {
      const sender = findReplyLink(link, replyTo);
      if (!sender) return;
      links.get(sender)?.waiting.push(response);
      flush(sender);
    },
  };
}

function isNamed(sender: ServerSender, replyTo: string | undefined): boolean {
  return replyTo !== undefined && (sender.name === replyTo || addressOf(sender.remote.attach.target) === replyTo);
}
