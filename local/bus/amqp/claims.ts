import type { BusRequest, BusResponse } from './requests.ts';
import { codec } from './values.ts';

/** Answers a put-token request to `$cbs`: every token is good, for the local bus guards nothing. */
export function acceptClaim({ messageId }: BusRequest): BusResponse {
  const applicationProperties = { 'status-code': codec.wrap_int(202), 'status-description': 'Accepted' };
  return { correlationId: messageId, applicationProperties, body: undefined };
}
