import type { QueueName } from './resources.ts';

/** A message to a queue. It carries ids, never personal data. */
export type OutMessage = {
  /** MessageId. Never reused for another try: the duplicate window would swallow it. */
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
