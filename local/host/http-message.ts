import type { IncomingMessage, ServerResponse } from 'node:http';

import type { RpcHttpCookie, RpcHttpData, RpcNullable, RpcTypedData } from './core-types.ts';

export type RequestTarget = { path: string; query: URLSearchParams; url: string };

/** Takes a request line's target apart; undefined where it is none that a function can be asked by. */
export function parseTarget(request: IncomingMessage): RequestTarget | undefined {
  const target = request.url ?? '';
  const base = `http://${request.headers.host ?? 'localhost'}`;
  try {
    const url = target.startsWith('/') ? new URL(base + target) : new URL(target);
    return { path: url.pathname, query: url.searchParams, url: url.href };
  } catch {
    return undefined;
  }
}

/** All bytes of the body, or undefined where they are more than the limit. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop early must not destroy the request: the refusal still has to go out on its socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

type HttpInput = { request: IncomingMessage; target: RequestTarget; params: Record<string, string>; body: Buffer };

/**
 * The request as the host sends it to the worker (with the worker's capability to take raw bytes): repeated headers
 * and query names are joined by commas, which is what functions see on the platform
 * (Azure/azure-functions-nodejs-library issue 168).
 */
export function toRpcHttp({ request, target, params, body }: HttpInput): RpcTypedData {
  const headers = Object.entries(request.headersDistinct).map(([name, values]) => [name, (values ?? []).join(',')]);
  const query = [...new Set(target.query.keys())].map((name) => [name, target.query.getAll(name).join(',')]);
  const http: RpcHttpData = {
    method: request.method ?? 'GET',
    url: target.url,
    nullableHeaders: nullable(headers),
    nullableQuery: nullable(query),
    nullableParams: nullable(Object.entries(params)),
    ...(body.length > 0 ? { body: { bytes: body } } : {}),
  };
  return { http };
}

function nullable(entries: string[][]): Record<string, RpcNullable<string>> {
  return Object.fromEntries(entries.map(([name = '', value = '']) => [name, { value }]));
}

/** Hop-by-hop headers, and the length: they are the server's to set. */
const notTheFunctions = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length']);

type HttpAnswer = { method: string; http: RpcHttpData; customHeaders: Record<string, string> };

/** Sends what the function returned. Throws before the first byte where a header is none. */
export function sendRpcHttp(response: ServerResponse, { method, http, customHeaders }: HttpAnswer): void {
  const status = Number(http.statusCode ?? 200);
  const body = bodyBytes(http.body);
  response.statusCode = status;
  for (const [name, value] of Object.entries({ ...customHeaders, ...http.headers })) {
    if (!notTheFunctions.has(name.toLowerCase())) response.setHeader(name, value);
  }
  for (const cookie of http.cookies ?? []) response.appendHeader('set-cookie', cookieText(cookie));

  if (status === 204 || status === 304) {
    response.end();
    return;
  }
  // A function that answers HEAD by itself may say how long the body would have been.
  const ownLength = method === 'HEAD' ? http.headers?.['content-length'] : undefined;
  response.setHeader('content-length', ownLength ?? body.length);
  response.end(method === 'HEAD' ? undefined : body);
}

function bodyBytes(body: RpcTypedData | null | undefined): Uint8Array {
  if (!body) return Buffer.alloc(0);
  return body.bytes ?? Buffer.from(body.string ?? body.json ?? String(body.int ?? body.double ?? ''));
}

/**
 * A `Set-Cookie` value as ASP.NET's `CookieOptions` writes it: value percent-encoded, path `/` unless another is
 * given.
 */
function cookieText(cookie: RpcHttpCookie): string {
  const sameSite = { none: undefined, lax: 'lax', strict: 'strict', explicitNone: 'none' }[cookie.sameSite ?? 'none'];
  const expires = cookie.expires && new Date(cookie.expires.value.seconds * 1000).toUTCString();
  const attributes: [string, string | boolean | undefined][] = [
    ['expires', expires],
    ['max-age', cookie.maxAge && String(cookie.maxAge.value)],
    ['domain', cookie.domain?.value],
    ['path', cookie.path?.value ?? '/'],
    ['secure', cookie.secure?.value],
    ['samesite', sameSite],
    ['httponly', cookie.httpOnly?.value],
  ];
  return [
    `${encodeURIComponent(cookie.name)}=${encodeURIComponent(cookie.value)}`,
    ...attributes
      .filter(([, value]) => value)
      .map(([name, value]) => (value === true ? name : `${name}=${String(value)}`)),
  ].join('; ');
}
