import type { QueuedMessage } from '../queue/message.ts';
import { sectionCode, type EncodedMessage } from './message-decoding.ts';
import { codec, entriesOf, readSections, writeSection, type AmqpValue } from './values.ts';

const STATE_CODES = { active: 0, deferred: 1, scheduled: 2 } as const;

type EncodingOptions = { withBody?: boolean; withLock?: boolean };

/** A message as it is delivered or peeked: header and annotations are written anew, the rest goes out as it came in. */
export function encodeMessage(
  message: QueuedMessage,
  { withBody = true, withLock = true }: EncodingOptions = {},
): Buffer {
  const encoded = message.content.encoded as EncodedMessage;
  const [durable, priority, timeToLive, firstAcquirer] = encoded.header;
  const header = [durable, priority, timeToLive, firstAcquirer, codec.wrap_uint(message.deliveryCount)];
  return Buffer.concat([
    writeSection(sectionCode.header, codec.wrap_list(header)),
    writeSection(sectionCode.annotations, codec.wrap_symbolic_map(annotationsOf(message, encoded, withLock))),
    encoded.properties,
    applicationPropertiesOf(message, encoded),
    withBody ? encoded.body : Buffer.alloc(0),
  ]);
}

function annotationsOf(
  message: QueuedMessage,
  encoded: EncodedMessage,
  withLock: boolean,
): Record<string, AmqpValue | undefined> {
  return {
    ...Object.fromEntries(encoded.annotations),
    'x-opt-sequence-number': codec.wrap_long(message.sequenceNumber),
    'x-opt-enqueue-sequence-number': codec.wrap_long(message.enqueuedSequenceNumber),
    'x-opt-enqueued-time': codec.wrap_timestamp(message.enqueuedAt),
    'x-opt-message-state': codec.wrap_int(STATE_CODES[message.state]),
    ...(message.deadLetter && { 'x-opt-deadletter-source': codec.wrap_string(message.deadLetter.source) }),
    ...(withLock && message.lock && { 'x-opt-locked-until': codec.wrap_timestamp(message.lock.until) }),
  };
}

function applicationPropertiesOf(message: QueuedMessage, encoded: EncodedMessage): Buffer {
  const { changes, deadLetter } = message;
  if (changes.size === 0 && !deadLetter) return encoded.applicationProperties;
  const [section] = readSections(encoded.applicationProperties);
  const merged = {
    ...Object.fromEntries(entriesOf(section?.value)),
    ...Object.fromEntries(changes as ReadonlyMap<string, AmqpValue>),
    ...(deadLetter?.reason !== undefined && { DeadLetterReason: codec.wrap_string(deadLetter.reason) }),
    ...(deadLetter?.description !== undefined && {
      DeadLetterErrorDescription: codec.wrap_string(deadLetter.description),
    }),
  };
  return writeSection(sectionCode.applicationProperties, codec.wrap_map(merged));
}
