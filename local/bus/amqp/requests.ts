import rhea from 'rhea';
import { BusError } from '../queue/bus-error.ts';
import { sectionCode } from './message-decoding.ts';
import { asText, entriesOf, fieldsOf, readSections, type AmqpValue } from './values.ts';

/** A request to `$cbs` or `$management`. */
export type BusRequest = {
  operation: string;
  messageId: AmqpValue | undefined;
  replyTo: string | undefined;
  body: Map<string, AmqpValue>;
};

export type BusResponse = {
  correlationId: AmqpValue | undefined;
  applicationProperties: Record<string, unknown>;
  body: unknown;
};

/** Throws `amqp:decode-error`. */
export function decodeRequest(bytes: Buffer): BusRequest {
  try {
    const sections = new Map(readSections(bytes).map(({ code, value }) => [code, value]));
    const [messageId, , , , replyTo] = fieldsOf(sections.get(sectionCode.properties));
    const applicationProperties = entriesOf(sections.get(sectionCode.applicationProperties));
    return {
      operation: asText(applicationProperties.get('operation')) ?? '',
      messageId,
      replyTo: asText(replyTo),
      body: entriesOf(sections.get(sectionCode.value)),
    };
  } catch (error) {
    throw new BusError('amqp:decode-error', `The request cannot be decoded: ${String(error)}`);
  }
}

export function encodeResponse({ correlationId, applicationProperties, body }: BusResponse): Buffer {
  return rhea.message.encode({
    // The library takes a typed value as it is, so that a client's uuid or number comes back as one.
    ...(correlationId && { correlation_id: correlationId }),
    application_properties: applicationProperties,
    body,
  });
}
