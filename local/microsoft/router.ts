import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { decodeJwt } from 'jose';
import { bearerOf } from './cloud.ts';
import { faultReply } from './faults.ts';
import type { Fault, Faults } from './faults.ts';
import { isoTime, Refusal } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';

const prefixes = {
  entra: '/entra',
  graph: '/graph',
  partnercenter: '/partnercenter',
  arm: '/arm',
  vault: '/vault',
  identity: '/identity',
  control: '/_control',
} as const;

type Api = keyof typeof prefixes;

export type Route = {
  /** `{api}.{resource}.{method}`: the name that faults match. */
  name: `${Api}.${string}.${'get' | 'post' | 'put' | 'patch' | 'delete'}`;
  /** Below the API's prefix; `:name` takes one segment. */
  path: string;
  handle: (request: ApiRequest) => Reply | Promise<Reply>;
};

/** One call that reached a simulated API. */
export type Call = {
  at: string;
  api: string;
  method: string;
  path: string;
  query?: string;
  tenantId?: string;
  status: number;
};

const maxBodyBytes = 1024 * 1024;
const maxLoggedCalls = 20_000;

type RouterOptions = { routes: readonly Route[]; faults: Faults; calls: Call[]; now: () => number };

type CompiledRoute = { route: Route; pattern: RegExp; parameters: string[]; method: string };

export function createRouter({ routes, faults, calls, now }: RouterOptions) {
  const compiled = routes.map(compile);

  const answer = async (request: ApiRequest, found: CompiledRoute | undefined): Promise<Reply> => {
    if (found === undefined) return { status: 404, body: { error: { code: 'NotFound', message: 'No such path.' } } };
    const { route } = found;
    const fault = route.name.startsWith('control.') ? undefined : faults.take(route.name);
    if (fault !== undefined && fault.delayMs > 0) await delay(fault.delayMs);
    if (hasStatus(fault) && !fault.isAfterEffect) return faultReply(fault, route.name, now());
    const reply = await handled(route, request);
    return hasStatus(fault) ? faultReply(fault, route.name, now()) : reply;
  };

  return async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = urlOf(incoming);
    const body = await bodyOf(incoming);
    if (url === undefined || body === undefined) {
      send({ status: url === undefined ? 400 : 413 }, { incoming, response });
      return;
    }
    const method = incoming.method ?? 'GET';
    const found = compiled.find((one) => one.method === method && one.pattern.test(url.pathname));
    const api = apiOf(url.pathname);
    const request: ApiRequest = {
      method,
      path: api === undefined ? url.pathname : url.pathname.slice(prefixes[api].length),
      query: url.searchParams,
      headers: incoming.headers,
      body,
      param: (name) => parameterOf(found, url.pathname, name),
    };
    const reply = await answer(request, found);
    if (api !== undefined && api !== 'control') {
      const tenantId = tenantOf(request, api);
      calls.push({
        at: isoTime(now()),
        api,
        method,
        path: request.path,
        ...(url.search !== '' && { query: url.search.slice(1) }),
        ...(tenantId !== undefined && { tenantId }),
        status: reply.status,
      });
      if (calls.length > maxLoggedCalls) calls.splice(0, calls.length - maxLoggedCalls);
    }
    send(reply, { incoming, response });
  };
}

function hasStatus(fault: Fault | undefined): fault is Fault & { status: number } {
  return fault?.status !== undefined;
}

function compile(route: Route): CompiledRoute {
  const [api, , method = 'get'] = route.name.split('.');
  const parameters: string[] = [];
  const segments = `${prefixes[api as Api]}${route.path}`.split('/').map((segment) => {
    if (!segment.startsWith(':')) return segment.replace(/[.$()]/g, '\\$&');
    parameters.push(segment.slice(1));
    return '([^/]+)';
  });
  // Microsoft's gateways do not care about case in paths.
  return { route, parameters, method: method.toUpperCase(), pattern: new RegExp(`^${segments.join('/')}/?$`, 'i') };
}

function parameterOf(found: CompiledRoute | undefined, pathname: string, name: string): string {
  const index = found?.parameters.indexOf(name) ?? -1;
  const raw = found?.pattern.exec(pathname)?.[index + 1];
  if (index < 0 || raw === undefined) throw new Error(`the route has no parameter ${name}`);
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new Refusal({ status: 400, body: { error: { code: 'BadRequest', message: 'The path is badly encoded.' } } });
  }
}

async function handled(route: Route, request: ApiRequest): Promise<Reply> {
  try {
    return await route.handle(request);
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    process.stderr.write(
      `microsoft: ${route.name} failed: ${error instanceof Error ? String(error.stack) : 'unknown'}\n`,
    );
    return { status: 500, body: { error: { code: 'InternalServerError', message: 'The simulation failed.' } } };
  }
}

function apiOf(pathname: string): Api | undefined {
  const apis = Object.keys(prefixes) as Api[];
  return apis.find((api) => pathname === prefixes[api] || pathname.startsWith(`${prefixes[api]}/`));
}

function urlOf(incoming: IncomingMessage): URL | undefined {
  const target = incoming.url ?? '/';
  return target.startsWith('/') && URL.canParse(`http://127.0.0.1${target}`)
    ? new URL(`http://127.0.0.1${target}`)
    : undefined;
}

async function bodyOf(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  return bytes > maxBodyBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** For the log only: also calls that a fault or a bad token ends name their tenant. */
function tenantOf(request: ApiRequest, api: Api): string | undefined {
  if (api === 'entra') return request.path.split('/')[1]?.toLowerCase();
  const token = bearerOf(request.headers.authorization);
  if (token === undefined) return undefined;
  try {
    const { tid } = decodeJwt(token);
    return typeof tid === 'string' ? tid : undefined;
  } catch {
    return undefined;
  }
}

function send(reply: Reply, { incoming, response }: { incoming: IncomingMessage; response: ServerResponse }): void {
  if (reply.status === 0) {
    incoming.socket.destroy();
    return;
  }
  const headers: Record<string, string> = { 'request-id': randomUUID(), ...reply.headers };
  const json = reply.body === undefined ? '' : `${reply.withBom ? '\uFEFF' : ''}${JSON.stringify(reply.body)}`;
  let bytes: Buffer = Buffer.from(reply.text ?? json, 'utf8');
  if (json !== '') headers['content-type'] ??= 'application/json; charset=utf-8';
  if (json !== '' && /\bgzip\b/.test(incoming.headers['accept-encoding'] ?? '')) {
    bytes = gzipSync(bytes);
    headers['content-encoding'] = 'gzip';
    headers.vary = 'accept-encoding';
  }
  // A 204 must not carry a length.
  if (reply.status !== 204) headers['content-length'] = String(bytes.length);
  response.writeHead(reply.status, headers).end(bytes);
}
