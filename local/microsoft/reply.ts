import type { IncomingHttpHeaders } from 'node:http';

/** One request as the simulated APIs see it. */
export type ApiRequest = {
  method: string;
  /** Path below the API's prefix, percent-encoded as it came. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
  /** Value of a `:name` segment of the route's path, decoded. */
  param(name: string): string;
};

export type Reply = {
  /** 0 cuts the connection without an answer. */
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of JSON. */
  text?: string;
  /** Begins the body with a UTF-8 byte order mark, as Partner Center sometimes does. */
  withBom?: boolean;
};

/** Thrown by a handler to answer at once, for instance where a token is refused. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`refused with ${String(reply.status)}`);
    this.name = 'Refusal';
    this.reply = reply;
  }
}

/** ISO 8601 in UTC; no fraction when it is zero, as Microsoft writes times. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** The JSON object in a body, or undefined when there is none. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
