import { randomUUID } from 'node:crypto';
import { BusError } from '../queue/bus-error.ts';
import type { MessageContent } from '../queue/message.ts';
import {
  asNumber,
  codec,
  entriesOf,
  fieldsOf,
  plain,
  readSections,
  writeSection,
  type AmqpValue,
  type Section,
} from './values.ts';

/** Standard tier: 256 KiB for a message, and for a batch as a whole. */
export const MAX_MESSAGE_BYTES = 262_144;

/** `message_format` of an envelope whose data sections are complete messages. */
export const BATCH_FORMAT = 0x80013700;

/** Descriptor codes of the sections of a message (AMQP 1.0, part 3.2). */
export const sectionCode = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  annotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
  data: 0x75,
  sequence: 0x76,
  value: 0x77,
  footer: 0x78,
} as const;

/** What is kept of a sent message: bytes wherever nothing has to be changed, so that every type arrives as it was sent. */
export type EncodedMessage = {
  /** Fields durable, priority, ttl, first-acquirer, delivery-count. */
  header: readonly (AmqpValue | undefined)[];
  annotations: ReadonlyMap<string, AmqpValue>;
  properties: Buffer;
  applicationProperties: Buffer;
  /** Body sections and footer. */
  body: Buffer;
};

type DecodedMessage = MessageContent<EncodedMessage>;

const SCHEDULED_TIME = 'x-opt-scheduled-enqueue-time';

// What the broker says about a message; a client that forwards a received message sends the old values along.
const BROKER_ANNOTATIONS = [
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-enqueued-time',
  'x-opt-locked-until',
  'x-opt-deadletter-source',
  'x-opt-message-state',
];

/** Throws `amqp:link:message-size-exceeded` for more bytes than the standard tier takes. */
export function assertSize(bytes: number): void {
  if (bytes <= MAX_MESSAGE_BYTES) return;
  throw new BusError(
    'amqp:link:message-size-exceeded',
    `The message of ${String(bytes)} bytes exceeds the limit of ${String(MAX_MESSAGE_BYTES)} bytes.`,
  );
}

/** One encoded AMQP message. Throws `amqp:decode-error`. */
export function decodeMessage(bytes: Buffer): DecodedMessage {
  return decode(bytes, toMessage);
}

/** The messages of one transfer, all or none. Throws `amqp:decode-error`. */
export function decodeTransfer(bytes: Buffer, format: number): DecodedMessage[] {
  if (format !== BATCH_FORMAT) return [decodeMessage(bytes)];
  // The envelope's own properties and annotations are copies of the first message's.
  return decode(bytes, (sections) =>
    pick(sections, sectionCode.data).map(({ value }) => decodeMessage(value.value as Buffer)),
  );
}

function decode<Result>(bytes: Buffer, read: (sections: Section[]) => Result): Result {
  try {
    const sections = readSections(bytes);
    if (sections.length === 0) throw new RangeError('There are no bytes.');
    return read(sections);
  } catch (error) {
    throw new BusError('amqp:decode-error', `The message cannot be decoded: ${String(error)}`);
  }
}

function toMessage(sections: Section[]): DecodedMessage {
  const section = (code: number) => pick(sections, code)[0];
  const header = fieldsOf(section(sectionCode.header)?.value);
  const annotations = entriesOf(section(sectionCode.annotations)?.value);
  for (const name of BROKER_ANNOTATIONS) annotations.delete(name);
  const { sectionData, messageId } = identified(section(sectionCode.properties));
  const applicationProperties = section(sectionCode.applicationProperties)?.bytes;
  return {
    messageId,
    timeToLiveMs: asNumber(plain(header[2])),
    scheduledFor: asNumber(plain(annotations.get(SCHEDULED_TIME))),
    encoded: {
      header,
      annotations,
      properties: sectionData,
      // Copies: a slice would keep the whole chunk that was read from the socket.
      applicationProperties: applicationProperties ? Buffer.from(applicationProperties) : Buffer.alloc(0),
      body: Buffer.concat(sections.filter(({ code }) => code >= sectionCode.data).map(({ bytes }) => bytes)),
    },
  };
}

/** The service gives an id to a message without one; clients key their lock renewal by it. */
function identified(section: Section | undefined): { sectionData: Buffer; messageId: string } {
  const fields = fieldsOf(section?.value);
  const given = idText(plain(fields[0]));
  if (section && given !== undefined) return { sectionData: Buffer.from(section.bytes), messageId: given };
  const messageId = randomUUID().replaceAll('-', '');
  const list = codec.wrap_list([codec.wrap_string(messageId), ...fields.slice(1)]);
  return { sectionData: Buffer.from(writeSection(sectionCode.properties, list)), messageId };
}

/** A message id is a string, a number, a uuid or binary. */
function idText(id: unknown): string | undefined {
  if (typeof id === 'string') return id;
  return Buffer.isBuffer(id) ? id.toString('hex') : asNumber(id)?.toString();
}

function pick(sections: Section[], wanted: number): Section[] {
  return sections.filter(({ code }) => code === wanted);
}
