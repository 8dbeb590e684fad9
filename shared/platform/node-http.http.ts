import { lookup as resolveName } from 'node:dns/promises';
import { once } from 'node:events';
import { Agent as PlainAgent, request as plainRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate as inflateDeflate, type BrotliOptions, type ZlibOptions } from 'node:zlib';
import type { Clock } from '../core/clock.ts';
import { isPublicAddress, judgeUrl } from './dial-guard.ts';
import { HttpFailure, type Http, type HttpAnswer, type HttpCall } from './http.ts';

/** Finds the addresses of a host name. Rejects when there are none. */
export type ResolveName = (hostname: string) => Promise<{ address: string; family: number }[]>;

export const systemResolveName: ResolveName = async (hostname) => resolveName(hostname, { all: true });

type Dialler = { clock: Clock; plain: PlainAgent; tls: TlsAgent; lookup?: LookupFunction };

/** Idle sockets are dropped before the load balancers of Azure drop them without a word (4 minutes). */
const idleSocketMs = 30_000;

function dialler(clock: Clock, maxSockets: number): Dialler {
  const options = { keepAlive: true, maxSockets, timeout: idleSocketMs, scheduling: 'lifo' } as const;
  return { clock, plain: new PlainAgent(options), tls: new TlsAgent(options) };
}

/** Calls the endpoints that the operator configured. Bodies are inflated; redirects are answers. */
export function createHttp({ clock }: { clock: Clock }): Http {
  const dial = dialler(clock, 64);
  return async (call) => exchange(new URL(call.url), call, dial);
}

/**
 * Calls URLs that others told the desk to call: https on port 443, to public addresses only. It is the dialled address that is
 * judged, in the very look-up that the socket uses, so that a name cannot point elsewhere a moment later.
 * `allow` holds `host:port` entries that are exempt.
 */
export function createGuardedHttp(options: { clock: Clock; resolveName: ResolveName; allow: readonly string[] }): Http {
  const free = dialler(options.clock, 16);
  const guarded = { ...dialler(options.clock, 16), lookup: publicLookup(options.resolveName) };
  return async (call) => {
    if (!URL.canParse(call.url)) throw new HttpFailure('refused-address', 'not a URL');
    const url = new URL(call.url);
    const judgement = judgeUrl(url, options.allow);
    if (judgement.kind === 'refused') throw new HttpFailure('refused-address', judgement.reason);
    return exchange(url, call, judgement.kind === 'excepted' ? free : guarded);
  };
}

/** One bad answer spoils the name: a server that mixes public and private addresses is not to be trusted with either. */
function publicLookup(resolve: ResolveName): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (answers) => {
        const [first] = answers;
        if (first === undefined || !answers.every((answer) => isPublicAddress(answer.address))) {
          callback(new HttpFailure('refused-address', 'the name does not lead to public addresses alone'), '');
        } else if (options.all) callback(null, answers);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error as NodeJS.ErrnoException, '');
      },
    );
  };
}

async function exchange(url: URL, call: HttpCall, dial: Dialler): Promise<HttpAnswer> {
  const deadline = dial.clock.deadline(call.timeoutMs);
  for (;;) {
    const request = start(url, call, dial);
    const stop = () => request.destroy(new HttpFailure('timeout', 'no whole answer in time'));
    deadline.addEventListener('abort', stop, { once: true });
    let response: IncomingMessage | undefined;
    try {
      if (deadline.aborted) throw new HttpFailure('timeout', 'no whole answer in time');
      [response] = (await once(request, 'response')) as [IncomingMessage];
      const body = (await readBody(response, call.maxBytes)).toString(call.bodyAs ?? 'utf8');
      return { status: response.statusCode ?? 0, headers: headersOf(response), body };
    } catch (error) {
      request.destroy();
      if (response === undefined && !deadline.aborted && isStaleSocket(call, request, error)) continue;
      throw asFailure(deadline.aborted ? new HttpFailure('timeout', 'no whole answer in time') : error, response);
    } finally {
      deadline.removeEventListener('abort', stop);
    }
  }
}

/** The server closed a kept socket just as it was used again: reading is then simply tried on another one. */
const isStaleSocket = (call: HttpCall, request: ClientRequest, error: unknown): boolean =>
  call.method === 'GET' && request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';

function start(url: URL, call: HttpCall, dial: Dialler): ClientRequest {
  const body = call.body === undefined ? undefined : Buffer.from(call.body);
  const options = {
    method: call.method,
    headers: {
      'accept-encoding': 'gzip, br, deflate',
      'user-agent': 'csp-support-desk',
      ...call.headers,
      ...(body && { 'content-length': body.byteLength }),
    },
    ...(dial.lookup && { lookup: dial.lookup }),
  };
  const request =
    url.protocol === 'https:'
      ? tlsRequest(url, { ...options, agent: dial.tls })
      : plainRequest(url, { ...options, agent: dial.plain });
  // A socket may still fail after the answer began; the reader of the body is told by the response.
  request.on('error', () => undefined);
  request.end(body);
  return request;
}

/** Reads to the end, holding the cap against the bytes on the wire and against those they inflate to. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const inflate = inflaterOf(response);
  // An answer without a body may still name an encoding.
  if (inflate === undefined || length === 0) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw error;
  }
}

const tooLarge = (maxBytes: number) =>
  new HttpFailure('too-large', `the answer is larger than ${String(maxBytes)} bytes`);

const inflaters = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  br: promisify<Buffer, BrotliOptions, Buffer>(brotliDecompress),
  deflate: promisify<Buffer, ZlibOptions, Buffer>(inflateDeflate),
};

function inflaterOf(response: IncomingMessage) {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  switch (encoding) {
    case 'identity':
      return undefined;
    case 'gzip':
    case 'br':
    case 'deflate':
      return inflaters[encoding];
    default:
      throw new HttpFailure('network', 'the answer has an encoding that was not asked for');
  }
}

function headersOf(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function asFailure(error: unknown, response: IncomingMessage | undefined): HttpFailure {
  const status = response?.statusCode;
  const more = { cause: error, ...(status !== undefined && { status }) };
  if (error instanceof HttpFailure) return new HttpFailure(error.reason, error.message, more);
  const code = (error as NodeJS.ErrnoException).code;
  return new HttpFailure('network', `no whole answer: ${code ?? (error as Error).name}`, more);
}
