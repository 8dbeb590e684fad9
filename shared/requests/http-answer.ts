import { replayedHeader } from '../platform/idempotency-key.ts';
import type { Answer } from '../platform/route.ts';
import { etagOf, type RequestAnswer } from './request-answer.ts';

/** A request under the ETag of its version; `isReplay` where the call was served before. */
export const withRequest = (request: RequestAnswer, status: number, isReplay = false): Answer => ({
  status,
  body: request,
  headers: { etag: etagOf(request.version), ...(isReplay && replayedHeader) },
});
