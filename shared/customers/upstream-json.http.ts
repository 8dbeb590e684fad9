import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { HttpFailure, retryAfterSeconds, type Http, type HttpAnswer } from '../platform/http.ts';
import { TokenFailure, type TokenSource, type TokenWant } from '../platform/tokens.ts';
import { SourceFailure } from './customers-source.ts';

export type UpstreamDeps = { http: Http; tokens: TokenSource; clock: Pick<Clock, 'now'> };

export type UpstreamCall = {
  want: TokenWant;
  url: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** POST with a body, GET without one, unless said otherwise. */
  method?: 'POST' | 'PUT' | 'PATCH';
};

type JsonCall<T> = UpstreamCall & { schema: z.ZodType<T> };

/**
 * One authorised GET and its parsed answer. A byte order mark before the JSON is taken off: documented answers of Partner Center
 * have one. Throws {@link SourceFailure} for everything but a 200 that fits.
 */
export async function getJson<T>(deps: UpstreamDeps, call: JsonCall<T>): Promise<T> {
  const answer = await exchange(deps, call);
  if (answer.status !== 200) throw refusal(answer, deps.clock.now());
  try {
    return call.schema.parse(jsonOf(answer.body));
  } catch (cause) {
    throw new SourceFailure('unreadable', 'The answer is not what it must be.', { status: 200, cause });
  }
}

export const jsonOf = (body: string): unknown => JSON.parse(body.replace(/^\uFEFF/, ''));

/** One authorised call and whatever was answered. Throws {@link SourceFailure} where there is no token or no whole answer. */
export async function exchange({ http, tokens }: UpstreamDeps, call: UpstreamCall): Promise<HttpAnswer> {
  const { want, url, headers, body, method = body === undefined ? 'GET' : 'POST' } = call;
  try {
    const token = await tokens(want);
    return await http({
      method,
      url,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeoutMs: limits.upstreamCallMs,
      maxBytes: limits.upstreamAnswerBytes,
    });
  } catch (error) {
    if (error instanceof TokenFailure) throw tokenRefusal(error);
    if (error instanceof HttpFailure) {
      throw new SourceFailure(error.reason === 'too-large' ? 'unreadable' : 'away', error.message, { cause: error });
    }
    throw error;
  }
}

function tokenRefusal(failure: TokenFailure): SourceFailure {
  const { reason, retryAfterSeconds: wait } = failure;
  const passing = reason === 'throttled' || reason === 'away';
  return new SourceFailure(passing ? reason : 'refused', `No token: ${reason}.`, {
    cause: failure,
    retryAfterSeconds: wait,
  });
}

/** What an answer that is no success means. */
export function refusal(answer: HttpAnswer, now: number): SourceFailure {
  const { status } = answer;
  const reason = status === 429 ? 'throttled' : status >= 500 || status === 408 ? 'away' : 'refused';
  return new SourceFailure(reason, `Answered ${String(status)}.`, {
    status,
    code: codeOf(answer.body),
    retryAfterSeconds: retryAfterSeconds(answer, now),
  });
}

/** Partner Center's business code; other answers, and gateways in front of it, have none. */
function codeOf(body: string): string | undefined {
  try {
    return z.looseObject({ code: z.string().max(20) }).safeParse(jsonOf(body)).data?.code;
  } catch {
    return undefined;
  }
}
