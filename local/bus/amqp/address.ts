import type { Broker, Node } from '../broker.ts';
import { BusError } from '../queue/bus-error.ts';

/** What an address names: a queue or sub-queue, its management node, or the node that takes claims. */
type Target = { kind: 'claims' } | { kind: 'management'; node: Node } | { kind: 'queue'; node: Node };

const MANAGEMENT_SUFFIX = /\/\$management$/i;

/** Throws `amqp:not-found`. */
export function resolveAddress(broker: Broker, address = ''): Target {
  if (address.toLowerCase() === '$cbs') return { kind: 'claims' };
  const node = broker.find(address.replace(MANAGEMENT_SUFFIX, ''));
  if (node) return { kind: MANAGEMENT_SUFFIX.test(address) ? 'management' : 'queue', node };
  // Clients recognise an unknown entity by this text, not by the condition.
  throw new BusError('amqp:not-found', `The messaging entity '${address}' could not be found.`);
}
