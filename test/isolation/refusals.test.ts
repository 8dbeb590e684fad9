import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/core/limits.ts';
import type { Route } from '../../shared/platform/route.ts';
import { parseWebhookSecrets, signWebhook } from '../../shared/portals/standard-webhooks.ts';
import type { Calling } from '../support/a-desk.ts';
import { inboundSecret, threePortals, type ThreePortals } from '../support/three-portals.ts';

const desk = await threePortals();
// Whoever was asked for once is known for half a minute: what counts is the cost of a refusal, not of the first call.
for (const as of [desk.tokens.north, desk.tokens.admin]) await desk.call('GET', '/api/customers?limit=1', { as });

const { routes } = desk.catalogue;
const guarded = routes.filter(({ access }) => typeof access === 'object');
const writing = guarded.filter(({ body }) => body !== undefined);
const id = desk.created.north.requestId;
const contactId = `p${id.slice(0, 20)}`;
const pathOf = ({ path }: Route) =>
  `/${path
    .replace('{id}', path.startsWith('api/contacts') ? contactId : id)
    .replace('{update}', 'message-1')
    .replace('{vehicle}', 'advanced')}`;
const title = ({ method, path }: Route) => `${method} ${path}`;
const titled = (those: readonly Route[]) => those.map((route) => ({ title: title(route), route }));

async function refusedFree(route: Route, calling: Calling, path = pathOf(route)) {
  const before = desk.cost();
  const { status } = await desk.call(route.method, path, calling);
  expect(desk.cost()).toEqual(before);
  return status;
}

const sign = desk.outside.sign;
const foreignTenant = '99999999-9999-4999-8999-999999999999';
const badTokens: Record<string, () => string | Promise<string>> = {
  'no token': () => '',
  'a text that is no token': () => 'x.y.z',
  'an expired token': async () => sign({ claims: { roles: ['Desk.Admin'], oid: 'o', exp: 1_700_000_000, nbf: 1 } }),
  'a token for another audience': async () => sign({ claims: { roles: ['Desk.Admin'], oid: 'o' }, audience: 'other' }),
  'a token of another tenant': async () => sign({ claims: { roles: ['Desk.Admin'], oid: 'o', tid: foreignTenant } }),
  'a token signed by a key that nobody published': async () =>
    sign({ claims: { roles: ['Desk.Admin'], oid: 'o' }, header: { kid: 'other' } }),
  'a token of an application that is no portal': async () => desk.portalToken('application-of-nobody'),
  'a token whose signature was changed': async () =>
    `${(await desk.portalToken('application-of-north')).slice(0, -8)}AAAAAAAA`,
};

describe('a call without credentials that hold costs no storage and no message', () => {
  it.each(Object.keys(badTokens))('%s', async (name) => {
    const token = await badTokens[name]!();
    for (const route of guarded) {
      const calling = { ...(token !== '' && { as: token }), ...(route.body && { body: {} }) };
      expect([title(route), await refusedFree(route, calling)]).toEqual([title(route), 401]);
    }
  });
});

describe('a call that its caller may not make costs no storage and no message', () => {
  const notForPortals = guarded.filter(({ access }) => typeof access === 'object' && !access.portals);
  const notForReaders = guarded.filter(({ access }) => typeof access === 'object' && access.role !== 'Desk.Read');

  it.each(titled(notForPortals))('$title by a portal', async ({ route }) => {
    expect(await refusedFree(route, { as: desk.tokens.north, ...(route.body && { body: {} }) })).toBe(403);
  });

  it.each(titled(notForReaders))('$title by a reader', async ({ route }) => {
    expect(await refusedFree(route, { as: desk.tokens.reader, ...(route.body && { body: {} }) })).toBe(403);
  });
});

describe('a call that does not fit costs no storage and no message', () => {
  const as = desk.tokens.admin;
  const tooLarge = 'x'.repeat(limits.bodyBytes);

  it.each(titled(writing))('$title', async ({ route }) => {
    await desk.moved.advance(1_000);
    const misfits: [number, Calling][] = [
      [413, { as, text: JSON.stringify(tooLarge) }],
      [413, { as, text: '{}', headers: { 'content-length': String(limits.bodyBytes + 1) } }],
      [415, { as, text: '{}', headers: { 'content-type': 'text/plain' } }],
      [400, { as, text: '{' }],
      [400, { as, bytes: Uint8Array.of(0x22, 0xff, 0x22) }],
      [400, { as, body: { nobodyKnowsThis: 1 } }],
      [400, { as, body: [] }],
      [400, { as, body: null }],
    ];
    for (const [status, calling] of misfits) expect(await refusedFree(route, calling)).toBe(status);
  });

  it.each(titled(guarded))('$title with a query that nobody knows', async ({ route }) => {
    await desk.moved.advance(1_000);
    const calling = { as, ...(route.body && { body: {} }) };
    expect(await refusedFree(route, calling, `${pathOf(route)}?nobodyKnowsThis=1`)).toBe(400);
  });
});

it('a caller who is too fast is refused for nothing, and told when to come again', async () => {
  const fast = await threePortals();
  const list = async () => fast.call('GET', '/api/customers?limit=1', { as: fast.tokens.south });
  for (let n = 0; n < limits.portalBurst + 1; n++) await list();
  const before = fast.cost();
  const { status, headers } = await list();
  expect([status, headers['retry-after']]).toEqual([429, '1']);
  expect(fast.cost()).toEqual(before);
  expect((await fast.call('GET', '/api/customers', { as: fast.tokens.north })).status).toBe(200);
});

describe('a webhook whose signature does not hold costs no storage and no message', () => {
  const body = JSON.stringify({ type: 'support_request.created', timestamp: '2026-11-02T09:00:00Z', data: {} });
  const signedBy = (secret: string, at: number) =>
    signWebhook(
      { id: 'msg_1', timestampSeconds: Math.floor(at / 1_000), body: Buffer.from(body) },
      parseWebhookSecrets(secret),
    );
  const hook = async (who: ThreePortals, portal: string, headers: Record<string, string>) => {
    const { status } = await who.call('POST', `/api/hooks/portals/${portal}`, { text: body, headers });
    return status;
  };

  it.each([
    ['none', 'north', () => ({})],
    ["another portal's", 'north', (now: number) => signedBy(inboundSecret('south'), now)],
    ['one of ten minutes ago', 'north', (now: number) => signedBy(inboundSecret('north'), now - 600_000)],
    ['a good one for a portal that nobody knows', 'nobody', (now: number) => signedBy(inboundSecret('north'), now)],
  ])('%s', async (_title, portal, headersAt) => {
    const now = desk.clock.now();
    expect(await hook(desk, 'north', signedBy(inboundSecret('north'), now))).toBe(400);
    const before = desk.cost();
    expect(await hook(desk, portal, headersAt(now))).toBe(401);
    expect(desk.cost()).toEqual(before);
  });
});
