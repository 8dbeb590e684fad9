import { BusError, asBusError } from '../queue/bus-error.ts';
import type { DeadLetterCause } from '../queue/message.ts';
import type { Queue } from '../queue/queue.ts';
import { tokenOfTag } from './lock-token.ts';
import { accepted, reject, type ServerDelivery } from './rhea-internals.ts';
import { asText, entriesOf, fieldsOf, plain, type AmqpValue } from './values.ts';

/** The outcomes of AMQP 1.0, part 3.4, under the names of the library's events. */
export type OutcomeName = 'accepted' | 'rejected' | 'released' | 'modified';

/** Applies a client's outcome to the queue and answers it. */
export function settle(queue: Queue, delivery: ServerDelivery, outcome: OutcomeName): void {
  try {
    apply(queue, delivery, outcome);
    // Accepted whatever the outcome was: clients read an error in the answer as a failed settlement.
    delivery.update(true, accepted());
    // Clients do not settle again after the answer; the library would keep the delivery for ever and stall when its ring is full.
    delivery.remote_settled = true;
  } catch (error) {
    const { condition, message } = asBusError(error);
    reject(delivery, { condition, description: message });
  }
}

function apply(queue: Queue, delivery: ServerDelivery, outcome: OutcomeName): void {
  const token = tokenOfTag(delivery.tag);
  const fields = delivery.remote_state?.value ?? [];
  switch (outcome) {
    case 'accepted':
      queue.complete(token);
      return;
    case 'released':
      queue.release(token);
      return;
    case 'modified': {
      const [, isUndeliverableHere, annotations] = fields;
      const changes = entriesOf(annotations);
      if (plain(isUndeliverableHere) === true) queue.defer(token, changes);
      else queue.abandon(token, changes);
      return;
    }
    case 'rejected': {
      const [, , info] = fieldsOf(fields[0]);
      const { cause, changes } = deadLetterCause(entriesOf(info));
      queue.deadLetter(token, cause, changes);
      return;
    }
  }
}

/** Splits the error info of a dead-lettering into the two names that the service knows and the changed properties. */
function deadLetterCause(info: Map<string, AmqpValue>): { cause: DeadLetterCause; changes: Map<string, AmqpValue> } {
  const { DeadLetterReason: reason, DeadLetterErrorDescription: description, ...others } = Object.fromEntries(info);
  return {
    cause: { reason: asText(reason), description: asText(description) },
    changes: new Map(Object.entries(others)),
  };
}

/** The same by management request, where "suspended" means dead-lettered. */
export function settleByStatus(
  queue: Queue,
  token: string,
  request: { status: string; cause: DeadLetterCause; changes: Map<string, AmqpValue> },
): void {
  switch (request.status) {
    case 'completed':
      queue.complete(token);
      return;
    case 'abandoned':
      queue.abandon(token, request.changes);
      return;
    case 'suspended':
      queue.deadLetter(token, request.cause, request.changes);
      return;
    // The protocol spells it so.
    case 'defered':
      queue.defer(token, request.changes);
      return;
    default:
      throw new BusError('amqp:not-implemented', `Unknown disposition status: ${request.status}.`);
  }
}
