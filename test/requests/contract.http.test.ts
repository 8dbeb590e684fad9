import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../shared/core/errors.ts';
import { hookIntake } from '../../shared/requests/intake.ts';
import { aPerson, aPortal, aSentRequest, anOpenDesk, type Called, type Desk } from './desk.ts';

/** Asks one route for an answer; the id is that of a request that is there. */
type Ask = { method: string; path: string; ask: (desk: Desk, id: string, body?: unknown) => Promise<Called> };

const asking = (method: string, rest: string): Ask => ({
  method,
  path: `api/requests${rest}`,
  ask: async (desk, id, body) =>
    desk.call(method, `api/requests${rest.replace('{id}', id)}`, {
      as: aPerson(),
      body,
      headers: { 'if-match': '"1"' },
    }),
});

const writing = [
  asking('POST', ''),
  asking('POST', '/{id}/comments'),
  asking('POST', '/{id}/transitions'),
  asking('PATCH', '/{id}'),
];
const reading = [
  asking('GET', ''),
  asking('GET', '/{id}'),
  asking('GET', '/{id}/timeline'),
  asking('GET', '/{id}/clocks'),
];

const goodBodies: Record<string, unknown> = {
  'POST api/requests': aSentRequest({ language: 'en', businessImpact: 'some', evidence: {}, externalRefs: [] }),
  'POST api/requests/{id}/comments': { text: 'x', audience: 'internal' },
  'POST api/requests/{id}/transitions': { to: 'acknowledged', reason: 'x' },
  'PATCH api/requests/{id}': { snooze: { until: '2026-11-05T00:00:00Z', reason: 'x' }, assignee: 'grace' },
};

async function routeOf(desk: Desk, { method, path }: Ask) {
  return desk.routes.find((route) => route.method === method && route.path === path)!;
}

describe("the answers of the requests' routes", () => {
  it.each([...writing, ...reading])('$method $path are as documented', async (asked) => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await desk.settle();
    const { status, body } = await asked.ask(desk, id, goodBodies[`${asked.method} ${asked.path}`]);
    const { schema } = (await routeOf(desk, asked)).answers[status]!;
    expect(schema!.parse(body)).toEqual(body);
  });

  it.each(writing)('$method $path to any body are a documented status without internal text', async (asked) => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const route = await routeOf(desk, asked);
    const documented = new Set([
      ...Object.keys(route.answers).map(Number),
      ...(route.errors ?? []).map((code) => errorCatalogue[code].status),
      ...[400, 404],
    ]);
    const good = goodBodies[`${asked.method} ${asked.path}`] as object;
    const bent = fc
      .tuple(fc.constantFrom(...Object.keys(good)), fc.jsonValue())
      .map(([name, value]) => ({ ...good, [name]: value }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), bent), async (body) => {
        const answer = await asked.ask(desk, id, body);
        expect(documented).toContain(answer.status);
        expect(answer.text).not.toMatch(/\bat .*\.ts:|TableRefusal|ZodError/);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a request that comes by webhook', () => {
  const hooked = async (desk: Desk, data: unknown, key = 'msg_1') =>
    hookIntake(desk.requests)({ caller: aPortal('north'), key, body: { data } }, desk.scope);

  it('is taken in once under its webhook id', async () => {
    const desk = await anOpenDesk();
    const first = await hooked(desk, aSentRequest());
    expect(await hooked(desk, aSentRequest())).toEqual(first);
    expect((await desk.call('GET', `api/requests/${first.requestId}`)).status).toBe(200);
  });

  it('is refused as by the API where it does not fit, and where the key comes with another body', async () => {
    const desk = await anOpenDesk();
    await expect(hooked(desk, { title: 'x' })).rejects.toMatchObject({ code: 'invalid-body' });
    await hooked(desk, aSentRequest());
    await expect(hooked(desk, aSentRequest({ title: 'other' }))).rejects.toMatchObject({
      code: 'idempotency-key-reused',
    });
  });
});
