import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import {
  BATCH_FORMAT,
  decodeMessage,
  decodeTransfer,
  MAX_MESSAGE_BYTES,
  assertSize,
} from '../../local/bus/amqp/message-decoding.ts';
import { encodeMessage } from '../../local/bus/amqp/message-encoding.ts';
import { bytesOfToken, tagOfToken, tokenOfBytes, tokenOfTag } from '../../local/bus/amqp/lock-token.ts';
import { codec, entriesOf, readSections } from '../../local/bus/amqp/values.ts';
import { aQueue, START } from './queue-builder.ts';

type Fields = Record<string, unknown>;

const encode = (message: Fields) => rhea.message.encode(message);
const data = (text: string) => rhea.message.data_section(Buffer.from(text)) as unknown;

/** Sends the message through a queue and decodes what a receiver would get, as the client's library does. */
function roundTrip(message: Fields): Fields {
  const { queue } = aQueue();
  queue.send([decodeMessage(encode(message))]);
  return rhea.message.decode(encodeMessage(queue.next('lock')!));
}

describe('a delivered message', () => {
  it('has header, properties and body as sent, and the broker’s annotations', () => {
    const received = roundTrip({
      durable: true,
      priority: 7,
      ttl: 5_000,
      delivery_count: 9,
      message_id: 'm1',
      correlation_id: 'c1',
      subject: 'request.created',
      content_type: 'application/json',
      message_annotations: { 'x-opt-partition-key': 'p', mine: 'kept', 'x-opt-sequence-number': 99 },
      delivery_annotations: { hop: 'dropped' },
      application_properties: { portal: 'north' },
      body: data('{"v":1}'),
    });
    expect(received).toMatchObject({
      durable: true,
      priority: 7,
      ttl: 5_000,
      delivery_count: 0,
      message_id: 'm1',
      correlation_id: 'c1',
      subject: 'request.created',
      content_type: 'application/json',
      application_properties: { portal: 'north' },
      body: { content: Buffer.from('{"v":1}') },
    });
    expect(received.delivery_annotations).toBeUndefined();
    expect(received.message_annotations).toEqual({
      mine: 'kept',
      'x-opt-partition-key': 'p',
      'x-opt-sequence-number': 1,
      'x-opt-enqueue-sequence-number': 1,
      'x-opt-enqueued-time': new Date(START),
      'x-opt-locked-until': new Date(START + 60_000),
      'x-opt-message-state': 0,
    });
  });

  it('gets a message id of 32 hex digits if it was sent without one', () => {
    expect(roundTrip({ subject: 'kept', body: data('x') })).toMatchObject({
      message_id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      subject: 'kept',
    });
  });

  it('keeps the types of properties that were sent, also when a receiver changed others', () => {
    const { queue } = aQueue();
    const sent = {
      guid: rhea.types.wrap_uuid(Buffer.alloc(16, 7)),
      at: rhea.types.wrap_timestamp(START),
      big: rhea.types.wrap_long(2 ** 40),
    };
    queue.send([decodeMessage(encode({ message_id: 'm', application_properties: sent, body: data('') }))]);
    queue.abandon(queue.next('lock')!.lock!.token, new Map([['added', rhea.types.wrap_string('x')]]));
    const section = readSections(encodeMessage(queue.next('lock')!)).find(({ code }) => code === 0x74);
    const typeNames = [...entriesOf(section?.value)].map(([name, value]) => [name, value.type.name]);
    expect(Object.fromEntries(typeNames)).toEqual({ guid: 'Uuid', at: 'Timestamp', big: 'Long', added: 'Str8' });
  });

  it('keeps annotations that are arrays', () => {
    const tags = codec.wrap_array(['a', 'b'], 0xa3);
    const received = roundTrip({ message_id: 'm', message_annotations: { tags }, body: data('') });
    expect(received).toMatchObject({ message_annotations: { tags: ['a', 'b'] } });
  });

  it('carries a body that is a value or a sequence', () => {
    expect(roundTrip({ message_id: 'm', body: { a: [1, 'two'] } }).body).toEqual({ a: [1, 'two'] });
    const sequence = rhea.message.sequence_section([1, 2]) as unknown;
    expect(roundTrip({ message_id: 'm', body: sequence }).body).toMatchObject({ content: [1, 2] });
  });
});

describe('a batch', () => {
  const batchOf = (...messages: Buffer[]) =>
    encode({ message_id: 'of the first', body: rhea.message.data_sections(messages) as unknown });

  it('is an envelope of complete messages', () => {
    const messages = ['a', 'b'].map((message_id) => encode({ message_id, body: data(message_id) }));
    expect(decodeTransfer(batchOf(...messages), BATCH_FORMAT)).toMatchObject([{ messageId: 'a' }, { messageId: 'b' }]);
  });

  it('is refused as a whole if one message cannot be decoded', () => {
    const batch = batchOf(encode({ message_id: 'a', body: data('a') }), Buffer.from([0x00, 0x53, 0x75, 0xa0, 0xff]));
    expect(() => decodeTransfer(batch, BATCH_FORMAT)).toThrow(
      expect.objectContaining({ condition: 'amqp:decode-error' }),
    );
  });
});

it('a message may have 256 KiB and no byte more', () => {
  expect(() => {
    assertSize(MAX_MESSAGE_BYTES);
  }).not.toThrow();
  expect(() => {
    assertSize(262_145);
  }).toThrow(expect.objectContaining({ condition: 'amqp:link:message-size-exceeded' }));
});

it('a lock token is a delivery tag in .NET order and plain bytes in management', () => {
  const token = '00112233-4455-6677-8899-aabbccddeeff';
  expect(tagOfToken(token).toString('hex')).toBe('33221100554477668899aabbccddeeff');
  expect(tokenOfTag(tagOfToken(token))).toBe(token);
  expect(tokenOfBytes(bytesOfToken(token))).toBe(token);
});
