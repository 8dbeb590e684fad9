import { HttpRequest, InvocationContext, type HttpResponseInit } from '@azure/functions';
import type { HttpHandler } from '../../shared/platform/route.ts';

export type TestCall = {
  method?: string;
  url?: string;
  headers?: Record<string, string>;
  params?: Record<string, string>;
  /** Sent as JSON, unless `text` is given. */
  body?: unknown;
  text?: string;
};

/** Calls a registered handler as the host would: through the library's own request. */
export async function callHandler(handler: HttpHandler, call: TestCall = {}) {
  const text = call.text ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  const request = new HttpRequest({
    method: call.method ?? (text === undefined ? 'GET' : 'POST'),
    url: `http://desk.example/${call.url ?? ''}`,
    headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...call.headers },
    ...(text !== undefined && { body: { string: text } }),
    query: Object.fromEntries(new URL(`http://desk.example/${call.url ?? ''}`).searchParams),
    params: call.params ?? {},
  });
  return answerOf(
    await handler(request, new InvocationContext({ functionName: 'test', invocationId: 'invocation-1' })),
  );
}

function answerOf(answer: HttpResponseInit) {
  const text = typeof answer.body === 'string' ? answer.body : '';
  return {
    status: answer.status ?? 200,
    headers: new Headers(answer.headers),
    text,
    json: (text === '' ? undefined : JSON.parse(text)) as Record<string, unknown> | undefined,
  };
}
