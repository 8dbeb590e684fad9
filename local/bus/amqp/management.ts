import type { Node } from '../broker.ts';
import { asBusError, BusError, type BusCondition } from '../queue/bus-error.ts';
import { bytesOfToken, tokenOfBytes } from './lock-token.ts';
import { assertSize, decodeMessage } from './message-decoding.ts';
import { encodeMessage } from './message-encoding.ts';
import type { BusRequest, BusResponse } from './requests.ts';
import { settleByStatus } from './settlement.ts';
import { arrayOf, asNumber, asText, codec, entriesOf, plain, type AmqpValue } from './values.ts';

type RequestBody = BusRequest['body'];
type Answer = { status: 200 | 204; body: Record<string, unknown> };

/** The operations of a queue's `$management` node, by name without the prefix `com.microsoft:`. */
const operations: Record<string, (node: Node, body: RequestBody) => Answer> = {
  'renew-lock': ({ queue }, body) => {
    const expirations = lockTokens(body).map((token) => queue.renew(token));
    return ok({ expirations: codec.wrap_array(expirations, arrayOf.timestamp) });
  },
  'schedule-message': ({ queue, isSubQueue }, body) => {
    if (isSubQueue) throw new BusError('amqp:not-allowed', 'Messages cannot be sent to a sub-queue.');
    const contents = listOf(body.get('messages')).map((entry) => {
      const bytes = binary(entriesOf(entry).get('message'));
      assertSize(bytes.length);
      return decodeMessage(bytes);
    });
    return ok({ 'sequence-numbers': codec.wrap_array(queue.send(contents), arrayOf.long) });
  },
  'cancel-scheduled-message': ({ queue }, body) => {
    queue.cancelScheduled(sequenceNumbers(body));
    return ok({});
  },
  'peek-message': ({ queue }, body) => {
    const from = asNumber(plain(body.get('from-sequence-number'))) ?? 0;
    const count = asNumber(plain(body.get('message-count'))) ?? 1;
    const withBody = plain(body.get('omit-message-body')) !== true;
    const messages = queue
      .peek(from, count)
      .map((message) => ({ message: codec.wrap_binary(encodeMessage(message, { withBody, withLock: false })) }));
    return messages.length === 0 ? { status: 204, body: {} } : ok({ messages: codec.wrap_list(messages) });
  },
  'receive-by-sequence-number': ({ queue }, body) => {
    const mode = plain(body.get('receiver-settle-mode')) === 0 ? 'delete' : 'lock';
    const messages = queue.receiveDeferred(sequenceNumbers(body), mode).map((message) => ({
      message: codec.wrap_binary(encodeMessage(message)),
      ...(message.lock && { 'lock-token': codec.wrap_uuid(bytesOfToken(message.lock.token)) }),
    }));
    return ok({ messages: codec.wrap_list(messages) });
  },
  'update-disposition': ({ queue }, body) => {
    const request = {
      status: asText(body.get('disposition-status')) ?? '',
      cause: {
        reason: asText(body.get('deadletter-reason')),
        description: asText(body.get('deadletter-description')),
      },
      changes: entriesOf(body.get('properties-to-modify')),
    };
    for (const token of lockTokens(body)) settleByStatus(queue, token, request);
    return ok({});
  },
};

const STATUS_CODES: Partial<Record<BusCondition, number>> = {
  'amqp:not-found': 404,
  'com.microsoft:message-not-found': 404,
  'com.microsoft:message-lock-lost': 410,
  'amqp:not-allowed': 403,
  'amqp:link:message-size-exceeded': 403,
  'amqp:decode-error': 400,
  'amqp:not-implemented': 501,
};

/** Answers one request to the `$management` node of a queue; refusals become a status with an error condition. */
export function manage(node: Node, request: BusRequest): BusResponse {
  const correlationId = request.messageId;
  try {
    const { status, body } = operationOf(request)(node, request.body);
    return { correlationId, body, applicationProperties: statusProperties(status, 'OK') };
  } catch (error) {
    const { condition, message } = asBusError(error);
    return {
      correlationId,
      body: {},
      applicationProperties: {
        ...statusProperties(STATUS_CODES[condition] ?? 500, message),
        errorCondition: codec.wrap_symbol(condition),
      },
    };
  }
}

function operationOf({ operation }: BusRequest) {
  const name = operation.replace(/^com\.microsoft:/, '');
  // A client may ask for anything, names that every object has included.
  const found = Object.hasOwn(operations, name) && operations[name];
  if (found) return found;
  throw new BusError('amqp:not-implemented', `The local bus does not know the operation ${operation}.`);
}

function statusProperties(status: number, statusDescription: string): Record<string, unknown> {
  return { statusCode: codec.wrap_int(status), statusDescription };
}

function ok(body: Record<string, unknown>): Answer {
  return { status: 200, body };
}

function listOf(value: AmqpValue | undefined): readonly AmqpValue[] {
  return Array.isArray(value?.value) ? (value.value as AmqpValue[]) : [];
}

function binary(value: AmqpValue | undefined): Buffer {
  const bytes = plain(value);
  if (Buffer.isBuffer(bytes)) return bytes;
  throw new BusError('amqp:decode-error', 'The request lacks binary content.');
}

function lockTokens(body: RequestBody): string[] {
  const tokens = plain(body.get('lock-tokens'));
  return Array.isArray(tokens) ? tokens.filter((token) => Buffer.isBuffer(token)).map(tokenOfBytes) : [];
}

function sequenceNumbers(body: RequestBody): number[] {
  const numbers = plain(body.get('sequence-numbers'));
  return Array.isArray(numbers) ? numbers.map((number) => asNumber(number) ?? NaN) : [];
}
