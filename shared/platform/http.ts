/** An outbound call. Relative to nothing: `url` is absolute. */
export type HttpCall = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Time allowed for the whole exchange. */
  timeoutMs: number;
  /** Larger answers are refused unread. */
  maxBytes: number;
  /** How the answer's bytes become text: UTF-8 unless said otherwise; `latin1` keeps every byte as one character. */
  bodyAs?: 'latin1';
};

/** Header names are in lower case. Every status is an answer, redirects too: they are never followed. */
export type HttpAnswer = { status: number; headers: Record<string, string>; body: string };

/**
 * One exchange with another server. Throws {@link HttpFailure} where there was no whole answer: then the other side may or may
 * not have acted.
 */
export type Http = (call: HttpCall) => Promise<HttpAnswer>;

export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  /** After `refused-address` and `circuit-open` nothing has left the desk. */
  readonly reason: 'refused-address' | 'circuit-open' | 'timeout' | 'network' | 'too-large';
  /** Of an answer that began and could not be read to its end. */
  readonly status: number | undefined;
  /** Of a circuit: when the other side is asked again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    reason: HttpFailure['reason'],
    message: string,
    more: { cause?: unknown; status?: number; retryAfterSeconds?: number } = {},
  ) {
    super(message, { cause: more.cause });
    this.reason = reason;
    this.status = more.status;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** Whoever asks for more is asked again after an hour: one wrong answer must not silence a tenant, a token or a case. */
const retryAfterMaxSeconds = 3_600;

/** `Retry-After` in seconds, at most an hour: a number of seconds or an HTTP date; undefined where absent or unreadable. */
export function retryAfterSeconds(answer: HttpAnswer, nowMs: number): number | undefined {
  const value = answer.headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Math.min(Number(value), retryAfterMaxSeconds);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, Math.ceil((at - nowMs) / 1_000)), retryAfterMaxSeconds);
}

/** A body as JSON; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
