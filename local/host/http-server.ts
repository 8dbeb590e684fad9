import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import type { Admin } from './admin.ts';
import type { RegisteredFunction } from './core-api.ts';
import { errorText, type HostLog } from './host-log.ts';
import { parseTarget, readBody, type RequestTarget, sendRpcHttp, toRpcHttp } from './http-message.ts';
import type { Invoker } from './invoke.ts';
import type { RouteTable } from './route-table.ts';

/** Kestrel's; Node's five seconds would close connections that callers are about to use again. */
const keepAliveMs = 130_000;

type Options = {
  routes: RouteTable<RegisteredFunction>;
  invoker: Invoker;
  admin: Admin;
  bodyLimitBytes: number;
  customHeaders: Record<string, string>;
  log: HostLog;
};

export function createHttpServer(options: Options): Server {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      // The platform shows callers nothing of what went wrong.
      if (!request.destroyed) options.log.warn(`${String(request.method)} ${String(request.url)}: ${errorText(error)}`);
      sendEmpty(response, 500);
    });
  });
  server.keepAliveTimeout = keepAliveMs;
  return server;
}

async function answer(options: Options, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = parseTarget(request);
  if (!target) {
    sendEmpty(response, 400);
    return;
  }
  if (/^\/admin(?:\/|$)/i.test(target.path)) {
    await answerAdmin(options, { request, target, response });
    return;
  }
  const match = options.routes.match(request.method ?? 'GET', target.path);
  if (!match) {
    sendEmpty(response, 404);
    return;
  }
  const body = await readBody(request, options.bodyLimitBytes);
  if (!body) {
    // 500 rather than 413: Azure/azure-functions-host issue 10519.
    response.shouldKeepAlive = false;
    sendEmpty(response, 500);
    return;
  }
  await invokeHttp(options, { fn: match.target, params: match.params, request, target, response, body });
}

type Exchange = { request: IncomingMessage; target: RequestTarget; response: ServerResponse };

async function invokeHttp(
  { invoker, customHeaders }: Options,
  exchange: Exchange & { fn: RegisteredFunction; params: Record<string, string>; body: Buffer },
): Promise<void> {
  const { fn, request, response } = exchange;
  const result = await invoker
    .invoke(fn, { input: toRpcHttp(exchange), traceParent: request.headersDistinct.traceparent?.[0] })
    // Logged by the invoker.
    .catch(() => undefined);
  if (!result) {
    sendEmpty(response, 500);
    return;
  }
  const http = result.returnValue?.http;
  if (http) sendRpcHttp(response, { method: request.method ?? 'GET', http, customHeaders });
  else sendEmpty(response, 204);
}

async function answerAdmin({ admin, bodyLimitBytes }: Options, { request, target, response }: Exchange): Promise<void> {
  const body = (await readBody(request, bodyLimitBytes))?.toString('utf8') ?? '';
  const { status, json } = admin.answer({ method: request.method ?? 'GET', path: target.path, body });
  if (json === undefined) {
    sendEmpty(response, status);
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(json));
}

function sendEmpty(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(status, status === 204 ? {} : { 'content-length': 0 });
  response.end();
}
