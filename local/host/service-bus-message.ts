import type { ServiceBusReceivedMessage } from '@azure/service-bus';

import type { RpcTypedData } from './core-types.ts';

/** The fields of a received message that reach a function. The body is bytes, or an AMQP value as it came. */
export type ReceivedMessage = Pick<
  ServiceBusReceivedMessage,
  | 'body'
  | 'messageId'
  | 'deliveryCount'
  | 'deadLetterSource'
  | 'lockToken'
  | 'expiresAtUtc'
  | 'enqueuedTimeUtc'
  | 'contentType'
  | 'replyTo'
  | 'to'
  | 'subject'
  | 'correlationId'
  | 'applicationProperties'
  | 'sessionId'
  | 'replyToSessionId'
  | 'partitionKey'
> & { sequenceNumber?: { toNumber(): number } | undefined };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lastDotNetMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * The body as the host binds it for Node: a string, which the library parses when it is JSON, or bytes for `dataType:
 * 'binary'`. Throws where the body is no UTF-8 text, which on the platform fails the invocation before the function
 * runs.
 */
export function bodyData(message: ReceivedMessage, dataType: string | undefined): RpcTypedData {
  const body: unknown = message.body;
  const isBinary = dataType?.toLowerCase() === 'binary';
  if (Buffer.isBuffer(body)) return isBinary ? { bytes: body } : { string: utf8.decode(body) };
  if (typeof body === 'string') return isBinary ? { bytes: Buffer.from(body) } : { string: body };
  throw new Error(`The message '${String(message.messageId)}' has no body that can be bound to text (${typeof body}).`);
}

/**
 * The trigger's binding data under the names of the Service Bus extension
 * (ServiceBusTriggerBindingStrategy.AddBindingData); the library turns them to camel case. Strings pass its JSON
 * parser as on the platform, so that a message id of digits reaches the function as a number. The delivery count
 * starts at 1, as .NET counts; the JavaScript client starts at 0.
 */
export function triggerMetadata(message: ReceivedMessage): Record<string, RpcTypedData> {
  const values: Record<string, unknown> = {
    DeliveryCount: (message.deliveryCount ?? 0) + 1,
    DeadLetterSource: message.deadLetterSource,
    LockToken: message.lockToken,
    ExpiresAtUtc: dateTime(message.expiresAtUtc, ''),
    ExpiresAt: dateTime(message.expiresAtUtc, '+00:00'),
    EnqueuedTimeUtc: dateTime(message.enqueuedTimeUtc, ''),
    EnqueuedTime: dateTime(message.enqueuedTimeUtc, '+00:00'),
    MessageId: message.messageId,
    ContentType: message.contentType,
    ReplyTo: message.replyTo,
    SequenceNumber: message.sequenceNumber?.toNumber(),
    To: message.to,
    Subject: message.subject,
    Label: message.subject,
    CorrelationId: message.correlationId,
    ApplicationProperties: message.applicationProperties ?? {},
    UserProperties: message.applicationProperties ?? {},
    SessionId: message.sessionId,
    ReplyToSessionId: message.replyToSessionId,
    PartitionKey: message.partitionKey,
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typedData(value)]));
}

function typedData(value: unknown): RpcTypedData {
  if (value === undefined || value === null) return {};
  return typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) };
}

/** .NET writes a `DateTime` of unspecified kind without a zone, a `DateTimeOffset` with one. */
function dateTime(date: Date | undefined, zone: string): string | undefined {
  if (!date) return undefined;
  // Without a time to live the client's date lies beyond what .NET can hold.
  return new Date(Math.min(date.getTime(), lastDotNetMs)).toISOString().replace('Z', zone);
}
