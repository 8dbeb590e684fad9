import { connect } from 'node:net';

import { app, type HttpHandler, type HttpResponseInit } from '@azure/functions';
import { expect, test } from 'vitest';

import { aHost } from './running-host.ts';

const echo: HttpHandler = async (request) => ({
  jsonBody: {
    method: request.method,
    url: request.url.replace(/:\d+/, ''),
    params: request.params,
    query: Object.fromEntries(request.query),
    twice: request.headers.get('x-twice'),
    body: Buffer.from(await request.arrayBuffer()).toString('hex'),
  },
});

/** What `fetch` cannot send: a request as it stands on the wire; the answer likewise. */
function onTheWire(baseUrl: string, lines: string[], body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
    socket.write([...lines, 'Host: desk.example', 'Connection: close', '', body].join('\r\n'));
  });
}

test('gives a function its request: parameters, query, joined duplicates and the bytes of the body', async () => {
  const host = await aHost(() => {
    app.http('echo', { methods: ['POST'], route: 'api/echo/{id:int}/{*rest}', handler: echo });
  });
  const answer = await fetch(`${host.baseUrl}/API/echo/7/a/b%20c?x=1&y=two%20words&x=2`, {
    method: 'POST',
    body: new Uint8Array([0, 255, 128, 10]),
  });
  expect(await answer.json()).toEqual({
    method: 'POST',
    url: 'http://127.0.0.1/API/echo/7/a/b%20c?x=1&y=two%20words&x=2',
    params: { id: '7', rest: 'a/b c' },
    query: { x: '1,2', y: 'two words' },
    twice: null,
    body: '00ff800a',
  });
});

test('takes a chunked body and joins headers that come twice on the wire', async () => {
  const host = await aHost(() => {
    app.http('echo', { methods: ['PUT'], route: 'echo', handler: echo });
  });
  const request = ['PUT /echo HTTP/1.1', 'X-Twice: a', 'x-twice: b', 'Transfer-Encoding: chunked'];
  const answer = await onTheWire(host.baseUrl, request, '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');
  expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ twice: 'a,b', body: '6162636465' });
});

test('answers with the status, headers, cookies and bytes that the function returns', async () => {
  const host = await aHost(() => {
    app.get('answer', {
      handler: (): HttpResponseInit => ({
        status: 202,
        headers: { etag: '"3"', 'content-type': 'application/octet-stream' },
        cookies: [{ name: 'c', value: 'a b', httpOnly: true, sameSite: 'Lax', maxAge: 60 }],
        body: new Uint8Array([1, 2, 255]),
      }),
    });
  });
  const answer = await fetch(`${host.baseUrl}/answer`);
  expect(answer.status).toBe(202);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    etag: '"3"',
    'content-type': 'application/octet-stream',
    'content-length': '3',
    'set-cookie': 'c=a%20b; max-age=60; path=/; samesite=lax; httponly',
  });
  expect(Buffer.from(await answer.arrayBuffer()).toString('hex')).toBe('0102ff');
});

test('answers 204 to nothing returned, and sends no body with 204 and 304', async () => {
  const host = await aHost(() => {
    app.http('nothing', { handler: () => undefined as unknown as HttpResponseInit });
    app.get('unchanged', { handler: () => ({ status: 304, headers: { etag: '"1"' } }) });
  });
  const nothing = await fetch(`${host.baseUrl}/nothing`);
  expect([nothing.status, nothing.headers.get('content-length')]).toEqual([204, null]);
  const unchanged = await fetch(`${host.baseUrl}/unchanged`);
  expect([unchanged.status, unchanged.headers.get('etag')]).toEqual([304, '"1"']);
});

test('answers HEAD where it is registered, with the length and no body', async () => {
  const host = await aHost(() => {
    app.http('page', { methods: ['GET', 'HEAD'], handler: () => ({ body: 'hello' }) });
  });
  const answer = await onTheWire(host.baseUrl, ['HEAD /page HTTP/1.1']);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toMatch(/content-length: 5\r\n/i);
  expect(answer).toMatch(/\r\n\r\n$/);
});

test('answers an empty 404 to unknown routes and to methods that a route does not take', async () => {
  const host = await aHost(() => {
    app.get('page', { handler: () => ({ body: 'hello' }) });
  });
  for (const [method, path] of [
    ['GET', '/other'],
    ['POST', '/page'],
    ['HEAD', '/page'],
    ['GET', '/admin/other'],
  ] as const) {
    const answer = await fetch(host.baseUrl + path, { method });
    expect([method, path, answer.status, await answer.text()]).toEqual([method, path, 404, '']);
  }
});

test('puts the route prefix before every route, api where host.json names none', async () => {
  const register = () => {
    app.get('page', { route: 'a/b', handler: () => ({ body: 'hello' }) });
  };
  const plain = await aHost(register, { hostJson: { extensions: {} } });
  expect((await fetch(`${plain.baseUrl}/api/a/b`)).status).toBe(200);
  const own = await aHost(register, { hostJson: { extensions: { http: { routePrefix: 'v2/desk' } } } });
  expect((await fetch(`${own.baseUrl}/v2/desk/a/b`)).status).toBe(200);
});

test('answers an empty 500 when a function throws, rejects, or returns what no response can hold', async () => {
  const host = await aHost(() => {
    app.get('throws', {
      handler: () => {
        throw new Error('secret');
      },
    });
    app.get('rejects', { handler: () => Promise.reject(new Error('secret')) });
    app.get('wrong', { handler: () => ({ status: 42 }) });
  });
  for (const path of ['throws', 'rejects', 'wrong']) {
    const answer = await fetch(`${host.baseUrl}/${path}`);
    expect([path, answer.status, await answer.text()]).toEqual([path, 500, '']);
  }
  expect(host.warnings).toHaveLength(3);
  expect(host.warnings[0]).toContain("Function 'throws' failed");
  expect(host.warnings[0]).toContain('Error: secret');
});

test('abandons a function that outlives functionTimeout, and says so', async () => {
  const host = await aHost(
    () => {
      app.get('slow', { handler: () => new Promise<HttpResponseInit>(() => undefined) });
    },
    { hostJson: { functionTimeout: '00:00:01' } },
  );
  const answer = await fetch(`${host.baseUrl}/slow`);
  expect([answer.status, await answer.text()]).toEqual([500, '']);
  expect(host.warnings.join()).toContain('Timeout value of 1 s was exceeded');
});

test('refuses a body above the limit with 500 as the platform does, by its length or by counting', async () => {
  const host = await aHost(
    () => {
      app.post('take', { handler: async (request) => ({ body: String((await request.arrayBuffer()).byteLength) }) });
    },
    { settings: { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '10' } },
  );
  const post = (body: string) => fetch(`${host.baseUrl}/take`, { method: 'POST', body });
  expect(await (await post('x'.repeat(10))).text()).toBe('10');
  expect((await post('x'.repeat(11))).status).toBe(500);
  const chunked = ['POST /take HTTP/1.1', 'Transfer-Encoding: chunked'];
  expect(await onTheWire(host.baseUrl, chunked, `b\r\n${'x'.repeat(11)}\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 500 /);
});

test('leaves out functions that cannot be indexed and runs the others', async () => {
  const host = await aHost(() => {
    app.get('reserved', { route: 'administrators', handler: () => ({}) });
    app.get('constraint', { route: 'x/{id:uuid}', handler: () => ({}) });
    app.storageQueue('foreign', { queueName: 'q', connection: 'C', handler: () => undefined });
    app.timer('late', { schedule: '%NO_SUCH_SCHEDULE%', handler: () => undefined });
    app.timer('span', { schedule: '00:05:00', handler: () => undefined });
    app.get('good', { handler: () => ({ body: 'good' }) });
  });
  expect((await fetch(`${host.baseUrl}/good`)).status).toBe(200);
  expect((await fetch(`${host.baseUrl}/administrators`)).status).toBe(404);
  expect(host.warnings).toEqual([
    expect.stringContaining("'reserved' function is in error: its route conflicts with one or more built in routes"),
    expect.stringContaining("'constraint' function is in error: The route constraint 'uuid' is not known"),
    expect.stringContaining("'foreign' function is in error: triggers of type 'queueTrigger' are not supported"),
    expect.stringContaining("'late' function is in error: '%NO_SUCH_SCHEDULE%' does not resolve to a value"),
    expect.stringContaining("'span' function is in error: The schedule '00:05:00' is a time span"),
  ]);
});

test('leaves out a function that a setting disables', async () => {
  const host = await aHost(
    () => {
      app.get('off', { handler: () => ({}) });
    },
    { settings: { 'AzureWebJobs.off.Disabled': 'true' } },
  );
  expect((await fetch(`${host.baseUrl}/off`)).status).toBe(404);
});

test('gives each invocation an id and a span in the trace of its caller, and hands on what it logs', async () => {
  const host = await aHost(() => {
    app.get('log', {
      handler: (_request, context) => {
        context.warn('low on %s', 'ink');
        return { jsonBody: { id: context.invocationId, trace: context.traceContext?.traceParent } };
      },
    });
  });
  const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const answer = (await (await fetch(`${host.baseUrl}/log`, { headers: { traceparent: caller } })).json()) as {
    id: string;
    trace: string;
  };
  expect(answer.trace).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  expect(answer.trace).not.toBe(caller);
  expect(host.lines).toEqual([
    { level: 'warning', functionName: 'log', invocationId: answer.id, message: 'low on ink' },
  ]);
});

test('runs invocation hooks around the handler', async () => {
  const host = await aHost(() => {
    app.hook.preInvocation((context) => {
      context.hookData.before = 'before';
    });
    app.hook.postInvocation((context) => {
      if (context.invocationContext.functionName !== 'hooked') return;
      context.result = { body: `${String(context.hookData.before)} ${(context.result as { body: string }).body}` };
    });
    app.get('hooked', { handler: () => ({ body: 'after' }) });
  });
  expect(await (await fetch(`${host.baseUrl}/hooked`)).text()).toBe('before after');
});

test('finishes what is in flight when it stops, and takes nothing more', async () => {
  const started = Promise.withResolvers<undefined>();
  const release = Promise.withResolvers<undefined>();
  const host = await aHost(() => {
    app.get('work', {
      handler: async () => {
        started.resolve(undefined);
        await release.promise;
        return { body: 'done' };
      },
    });
  });
  const answer = fetch(`${host.baseUrl}/work`);
  await started.promise;
  const stopped = host.stop();
  await expect(fetch(`${host.baseUrl}/work`)).rejects.toThrow();
  release.resolve(undefined);
  expect(await (await answer).text()).toBe('done');
  await stopped;
});

test('refuses a port that is taken', async () => {
  const first = await aHost(() => undefined);
  const port = Number(new URL(first.baseUrl).port);
  await expect(aHost(() => undefined, { port })).rejects.toThrow('EADDRINUSE');
});
