/** What the bus refuses with; the condition is what clients turn into their error codes. */
export type BusCondition =
  | 'amqp:not-found'
  | 'amqp:not-allowed'
  | 'amqp:not-implemented'
  | 'amqp:decode-error'
  | 'amqp:internal-error'
  | 'amqp:link:message-size-exceeded'
  | 'com.microsoft:message-lock-lost'
  | 'com.microsoft:message-not-found';

/** A refusal that is told to the client: as a rejected outcome, a detach, or a management status. */
export class BusError extends Error {
  override readonly name = 'BusError';
  readonly condition: BusCondition;

  constructor(condition: BusCondition, message: string) {
    super(message);
    this.condition = condition;
  }
}

/** Anything thrown while serving a client, as a refusal; a fault of our own is reported and named an internal error. */
export function asBusError(error: unknown): BusError {
  if (error instanceof BusError) return error;
  console.error('bus:', error);
  return new BusError('amqp:internal-error', 'The local bus failed to process the operation.');
}
