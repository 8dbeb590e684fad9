import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { withIncludedRoles, type Caller } from '../../shared/core/caller.ts';
import { AppError, errorCatalogue, unavailable } from '../../shared/core/errors.ts';
import { limits } from '../../shared/core/limits.ts';
import { handleRoute, type RouteDeps } from '../../shared/platform/handle-route.ts';
import { route, type Answer, type Call } from '../../shared/platform/route.ts';
import { capturedLog } from '../support/captured-log.ts';
import { callHandler } from '../support/http-call.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';

const operator: Caller = {
  kind: 'person',
  id: 'person:t:o',
  name: 'O. Operator',
  tenantId: 't',
  objectId: 'o',
  roles: withIncludedRoles(['Desk.Operate']),
};

type Echo = Call<{ id: string }, { limit?: number | undefined }, { text: string }>;

function echoRoute(handle: (call: Echo) => Answer | Promise<Answer> = ({ body }) => ({ status: 201, body })) {
  return route({
    name: 'echo',
    method: 'POST',
    path: 'api/echo/{id}',
    summary: 'Gives back',
    access: { portals: true, role: 'Desk.Operate' },
    params: z.object({ id: z.string().regex(/^[a-z]+$/) }),
    query: z.strictObject({ limit: z.coerce.number().int().max(100).optional() }),
    body: z.strictObject({ text: z.string().max(10) }),
    answers: { 201: { description: 'Done' } },
    handle,
  });
}

function deskWith(more: Partial<RouteDeps> = {}) {
  const captured = capturedLog();
  const order: string[] = [];
  const deps: RouteDeps = {
    authenticate: async (headers) => {
      order.push('authenticate');
      if (headers.get('authorization') !== 'Bearer good') throw new AppError('unauthenticated', 'No token.');
      return operator;
    },
    takeTurn: () => {
      order.push('rate');
    },
    ids: seededIds(seededRandom(1)),
    logFor: () => captured.log,
    ...more,
  };
  return { deps, captured, order };
}

const good = { headers: { authorization: 'Bearer good' }, params: { id: 'abc' }, url: 'api/echo/abc' };

describe('a route', () => {
  it('hands on what was parsed and answers JSON with the invocation id', async () => {
    const { deps } = deskWith();
    const answer = await callHandler(handleRoute(echoRoute(), deps), { ...good, body: { text: 'hi' } });
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({ text: 'hi' });
    expect(answer.headers.get('x-invocation-id')).toBe('invocation-1');
    expect(answer.headers.get('content-type')).toContain('application/json');
  });

  const refusals: { title: string; call: object; status: number; code: string }[] = [
    { title: 'no token', call: { ...good, headers: {}, body: { text: 'hi' } }, status: 401, code: 'unauthenticated' },
    { title: 'a body that is not JSON', call: { ...good, text: '{' }, status: 400, code: 'malformed-json' },
    { title: 'an unknown field', call: { ...good, body: { text: 'hi', more: 1 } }, status: 400, code: 'invalid-body' },
    { title: 'a wrong type', call: { ...good, body: { text: 1 } }, status: 400, code: 'invalid-body' },
    {
      title: 'an unknown query name',
      call: { ...good, url: 'api/echo/abc?x=1', body: { text: 'hi' } },
      status: 400,
      code: 'invalid-query',
    },
    {
      title: 'a query name that objects bring along',
      call: { ...good, url: 'api/echo/abc?__proto__=1', body: { text: 'hi' } },
      status: 400,
      code: 'invalid-query',
    },
    {
      title: 'a limit over 100',
      call: { ...good, url: 'api/echo/abc?limit=101', body: { text: 'hi' } },
      status: 400,
      code: 'invalid-query',
    },
    {
      title: 'an id that cannot be one',
      call: { ...good, params: { id: 'A1' }, body: { text: 'hi' } },
      status: 404,
      code: 'not-found',
    },
    {
      title: 'a declared size over the limit',
      call: {
        ...good,
        headers: { ...good.headers, 'content-length': String(limits.bodyBytes + 1) },
        body: { text: 'hi' },
      },
      status: 413,
      code: 'body-too-large',
    },
    {
      title: 'a real size over the limit',
      call: { ...good, text: JSON.stringify({ text: 'x'.repeat(limits.bodyBytes) }) },
      status: 413,
      code: 'body-too-large',
    },
    {
      title: 'another content type',
      call: { ...good, headers: { ...good.headers, 'content-type': 'text/plain' }, text: '{"text":"hi"}' },
      status: 415,
      code: 'unsupported-media-type',
    },
  ];

  it.each(refusals)('refuses $title with $status', async ({ call, status, code }) => {
    const { deps } = deskWith();
    const answer = await callHandler(handleRoute(echoRoute(), deps), call);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({
      status,
      code,
      title: errorCatalogue[code as keyof typeof errorCatalogue].title,
    });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('says where a body does not fit', async () => {
    const { deps } = deskWith();
    const answer = await callHandler(handleRoute(echoRoute(), deps), { ...good, body: { text: 5 } });
    expect(answer.json?.errors).toEqual([{ path: 'text', message: expect.any(String) as string }]);
  });

  it('refuses a role that lacks before it reads the body', async () => {
    const { deps } = deskWith({ authenticate: async () => ({ ...operator, roles: withIncludedRoles(['Desk.Read']) }) });
    const answer = await callHandler(handleRoute(echoRoute(), deps), { ...good, text: 'not json' });
    expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden' } });
  });

  it('asks for credentials before it counts a turn', async () => {
    const { deps, order } = deskWith();
    await callHandler(handleRoute(echoRoute(), deps), { ...good, body: { text: 'hi' } });
    expect(order).toEqual(['authenticate', 'rate']);
  });

  it('tells a caller over its rate when to come back', async () => {
    const takeTurn = () => {
      throw new AppError('too-many-requests', 'Slower, please.', { retryAfterSeconds: 3 });
    };
    const answer = await callHandler(handleRoute(echoRoute(), deskWith({ takeTurn }).deps), {
      ...good,
      body: { text: 'hi' },
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3']);
  });

  it('answers 503 with Retry-After where a part is away', async () => {
    const away = echoRoute(() => {
      throw unavailable('storage', new Error('connect ECONNREFUSED'));
    });
    const answer = await callHandler(handleRoute(away, deskWith().deps), { ...good, body: { text: 'hi' } });
    expect([answer.status, answer.headers.get('retry-after'), answer.json?.code]).toEqual([503, '5', 'unavailable']);
    expect(answer.text).not.toContain('ECONNREFUSED');
  });

  it('shows nothing of a bug, and logs all of it', async () => {
    const { deps, captured } = deskWith();
    const buggy = echoRoute(() => {
      throw new TypeError('secret detail');
    });
    const answer = await callHandler(handleRoute(buggy, deps), { ...good, body: { text: 'hi' } });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
    expect(captured.entries).toContainEqual(
      expect.objectContaining({
        event: 'http.failed',
        level: 'error',
        fields: expect.objectContaining({ error: 'TypeError: secret detail' }) as unknown,
      }),
    );
  });

  it('carries one correlation id, the sender’s if it looks like one', async () => {
    const seen: string[] = [];
    const handler = handleRoute(
      echoRoute(({ scope, body }) => {
        seen.push(scope.correlationId);
        return { status: 201, body };
      }),
      deskWith().deps,
    );
    const own = await callHandler(handler, {
      ...good,
      headers: { ...good.headers, 'x-correlation-id': 'ticket-4711' },
      body: { text: 'a' },
    });
    await callHandler(handler, {
      ...good,
      headers: { ...good.headers, 'x-correlation-id': 'no good\u00e9' },
      body: { text: 'b' },
    });
    expect(own.headers.get('x-correlation-id')).toBe('ticket-4711');
    expect(seen[0]).toBe('ticket-4711');
    expect(seen[1]).toMatch(/^[a-z2-7]{26}$/);
  });
});
