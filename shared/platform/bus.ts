import type { QueueName } from './resources.ts';

/** Source: Microsoft docs, "Service Bus quotas". The library refuses a whole batch for one longer id. */
export const messageIdCharacters = 128;

/** A message to a queue. It carries ids, never personal data. */
export type OutMessage = {
  /** MessageId, at most {@link messageIdCharacters} long. Never reused for another try: the duplicate window would swallow it. */
  id: string;
  body: Record<string, unknown>;
  correlationId: string;
  /** Milliseconds since the epoch; the message is not handed out before. */
  notBefore?: number;
};

/** The sending side of the bus; receiving is the business of the queue triggers. Throws when the bus does not take it. */
export type Bus = {
  send(queue: QueueName, messages: readonly OutMessage[]): Promise<void>;
};
