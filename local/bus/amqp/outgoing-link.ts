import type { ServerDelivery, ServerSender } from './rhea-internals.ts';

/**
 * A link from the broker to a client that never sends beyond the link's credit and the session's window, and always answers a
 * drain. What the library had to hold back would be locked for a client that may never see it.
 */
export type OutgoingLink = {
  sender: ServerSender;
  /** False until the attach is on the wire: a client that sends its flow along with its attach would get transfers first. */
  hasCredit: () => boolean;
  /** Writes an encoded message on the next tick; call only with credit. */
  send(bytes: Buffer, tag: Buffer): ServerDelivery;
  /** Answers the client's drain, after what is ready has been sent. */
  answerDrain(): void;
};

/** `onReady` is called once, when the link may send. */
export function createOutgoingLink(sender: ServerSender, onReady: () => void): OutgoingLink {
  let isReady = false;
  let isDrainOwed = false;
  let handedOver = 0;
  let givenUp = 0;
  // The library lowers the credit only when it writes a transfer, on the next tick.
  const unwritten = () => handedOver - (sender.delivery_count - givenUp);
  const freeCredit = () => sender.credit - unwritten();
  const hasWindow = () => {
    const { outgoing } = sender.session;
    const pending = outgoing.next_delivery_id - outgoing.next_pending_delivery;
    return outgoing.transfer_window() > pending && outgoing.available() > 0;
  };

  // The library's own answer lacks the drain flag when the messages that were ready have used up the credit.
  sender._get_drain = () => {
    if (!isDrainOwed) return false;
    isDrainOwed = false;
    const credit = Math.max(freeCredit(), 0);
    givenUp += credit;
    sender.delivery_count += credit;
    sender.credit -= credit;
    return true;
  };
  const writeFlow = () => {
    if (!isReady || !isDrainOwed) return;
    sender.issue_flow = true;
    sender.connection._register();
  };
  // The library writes pending transfers before pending attaches, and the attach on the next tick.
  setImmediate(() => {
    isReady = true;
    onReady();
    writeFlow();
  });

  return {
    sender,
    hasCredit: () => isReady && freeCredit() > 0 && hasWindow(),
    send(bytes, tag) {
      handedOver += 1;
      // With a format the bytes go out as they are.
      return sender.send(bytes, tag, 0);
    },
    answerDrain() {
      isDrainOwed = true;
      writeFlow();
    },
  };
}
