import { describe, expect, it } from 'vitest';
import type { Route } from '../../shared/platform/route.ts';
import type { Called, Calling } from '../support/a-desk.ts';
import {
  aSentRequest,
  customersOf,
  incidents,
  portalNames,
  putIncident,
  threePortals,
  type ThreePortals,
} from '../support/three-portals.ts';

/** Asked for what it refuses only, so that one desk serves every case. */
const asked = await threePortals();
const { routes } = asked.catalogue;
const withId = routes.filter(({ path, access }) => path.includes('{id}') && typeof access === 'object');
const forPortals = withId.filter(({ access }) => typeof access === 'object' && access.portals);
const forPeople = withId.filter(({ access }) => typeof access === 'object' && !access.portals);

/** What exists and is the other portal's; for each, the id of something of that kind that does not exist. */
const foreignOf = (desk: ThreePortals) => ({
  request: { foreign: desk.created.south.requestId, unknown: 'abcdefghijklmnopqrstuvwxy2' },
  customer: { foreign: customersOf('south')[0]!.customerId, unknown: 'cabcdefghijklmnopqrst' },
  incident: { foreign: incidents.south, unknown: 'EX999999' },
  escalation: { foreign: desk.created.south.escalationId, unknown: 'abcdefghijklmnopqrstuvwxy2-1' },
  portal: { foreign: 'south', unknown: 'nobody' },
});
const kinds = ['request', 'customer', 'incident', 'escalation', 'portal'] as const;

const bodies: Record<string, unknown> = {
  commentOnRequest: { text: 'hello', audience: 'customer' },
  transitionRequest: { to: 'closed', reason: 'done' },
  amendRequest: { assignee: 'grace' },
  setCustomerRefs: { externalRefs: [] },
  setRequestRefs: { externalRefs: [] },
  recordFiling: { caseNumber: '12345678901234' },
};

const callingOf = (desk: ThreePortals, route: Route): Calling => ({
  as: desk.tokens.north,
  ...(route.body && { body: bodies[route.name] ?? {}, headers: { 'if-match': '"1"' } }),
});

/** Everything of an answer but the random id of the call. */
const seen = ({ status, text, headers }: Called) => {
  const told = Object.entries(headers).filter(([name]) => name !== 'x-correlation-id');
  return { status, text, headers: Object.fromEntries(told) };
};

type Cost = ReturnType<ThreePortals['cost']>;
const between = (before: Cost, after: Cost) => ({
  reads: after.gets + after.queries - before.gets - before.queries,
  writes: after.transactions - before.transactions,
  sends: after.sends - before.sends,
});

/** The answer for an id and what it cost, where the caller is known already. */
async function ask(route: Route, id: string) {
  await asked.moved.advance(100);
  await asked.call('GET', '/api/customers?limit=1', { as: asked.tokens.north });
  const before = asked.cost();
  const answer = await asked.call(
    route.method,
    `/${route.path.replace('{id}', id).replace('{update}', 'message-1')}`,
    callingOf(asked, route),
  );
  return { ...seen(answer), cost: between(before, asked.cost()) };
}

const each = (those: readonly Route[]) =>
  those.flatMap((route) => kinds.map((kind) => ({ route, kind, title: `${route.method} ${route.path}` })));

describe('what belongs to another portal', () => {
  it.each(each(forPortals))('does not exist for $title: $kind', async ({ route, kind }) => {
    const ids = foreignOf(asked)[kind];
    const [foreign, unknown] = [await ask(route, ids.foreign), await ask(route, ids.unknown)];
    expect(foreign).toEqual(unknown);
    expect(foreign.status).toBe(404);
    expect(foreign.cost.reads).toBeLessThanOrEqual(1);
    expect(foreign.cost).toMatchObject({ writes: 0, sends: 0 });
  });

  it.each(each(forPeople))('is no matter of a portal for $title: $kind', async ({ route, kind }) => {
    const ids = foreignOf(asked)[kind];
    const [foreign, unknown] = [await ask(route, ids.foreign), await ask(route, ids.unknown)];
    expect(foreign).toEqual(unknown);
    expect(foreign.status).toBe(403);
    expect(foreign.cost).toEqual({ reads: 0, writes: 0, sends: 0 });
  });

  it('is found by its own portal, so that the cases above mean something', async () => {
    const desk = await threePortals();
    const own: Record<string, string> = {
      'api/requests/{id}': desk.created.south.requestId,
      'api/customers/{id}': customersOf('south')[0]!.customerId,
      'api/incidents/{id}': incidents.south,
    };
    for (const route of forPortals.filter(({ method }) => method === 'GET')) {
      const [, id = ''] = Object.entries(own).find(([path]) => route.path.startsWith(path)) ?? [];
      const answer = await desk.call('GET', `/${route.path.replace('{id}', id)}`, { as: desk.tokens.south });
      expect([route.path, answer.status]).toEqual([route.path, 200]);
    }
  });
});

describe('a customer of another portal in a body', () => {
  const [theirs] = customersOf('south');
  const names = [
    ['customerId', { customerId: theirs!.customerId }, { customerId: 'cabcdefghijklmnopqrst' }],
    ['tenantId', { tenantId: theirs!.tenantId }, { tenantId: '99999999-aaaa-4999-8999-999999999999' }],
    ['domain', { domain: theirs!.domain }, { domain: 'nobody.example' }],
    ['externalRef', { externalRef: theirs!.externalRef }, { externalRef: { system: 'psa', id: 'nobody' } }],
  ] as const;

  const submitter = (desk: ThreePortals) => async (customer: object, key?: string) => {
    const before = desk.cost();
    const body = aSentRequest('north', { customer });
    const headers = { ...(key !== undefined && { 'idempotency-key': key }) };
    const answer = await desk.call('POST', '/api/requests', { as: desk.tokens.north, body, headers });
    return { ...seen(answer), cost: between(before, desk.cost()) };
  };

  it.each(names)('named by its %s is unknown', async (_title, foreign, unknown) => {
    const desk = await threePortals();
    const submit = submitter(desk);
    await desk.call('GET', '/api/customers', { as: desk.tokens.north });
    const [ofForeign, ofUnknown] = [await submit(foreign), await submit(unknown)];
    expect(ofForeign).toEqual(ofUnknown);
    // Nor does it take less time once somebody has used the name.
    expect([await submit(foreign), await submit(unknown)]).toEqual([ofForeign, ofUnknown]);
    expect(ofForeign.status).toBe(422);
    expect(ofForeign.cost.reads).toBeLessThanOrEqual(1);
    expect(ofForeign.cost).toMatchObject({ writes: 0, sends: 0 });
  });

  /** One read more than without a key: it may be a repeat of a call that was served before the name was lost. */
  it.each(names)('named by its %s in a call with a key is unknown', async (title, foreign, unknown) => {
    const desk = await threePortals();
    const submit = submitter(desk);
    await desk.call('GET', '/api/customers', { as: desk.tokens.north });
    const [ofForeign, ofUnknown] = [await submit(foreign, 'key-1'), await submit(unknown, 'key-2')];
    expect(ofForeign).toEqual(ofUnknown);
    const isLookedUp = title === 'domain' || title === 'externalRef';
    expect(ofForeign).toMatchObject({ status: 422, cost: { reads: isLookedUp ? 2 : 1, writes: 0, sends: 0 } });
  });

  it('as a filter finds what an unknown one finds: nothing', async () => {
    const desk = await threePortals();
    const list = async (query: string) =>
      seen(await desk.call('GET', `/api/requests?${query}`, { as: desk.tokens.north }));
    expect(await list(`customerId=${theirs!.customerId}`)).toEqual(await list('customerId=cabcdefghijklmnopqrst'));
    expect(await list('portalId=south')).toEqual(await list('portalId=nobody'));
    expect((await list('portalId=south')).text).toBe('{"items":[]}');
  });
});

describe('a list of incidents', () => {
  it('leads past those of others to the own ones, by cursors that do not name them', async () => {
    const desk = await threePortals();
    const minute = (n: number) => new Date(Date.parse('2026-11-01T00:00:00Z') + n * 60_000).toISOString();
    // Ten at the same time stand across the place where a page gives up looking.
    for (let n = 0; n < 230; n++) {
      await putIncident(desk, { id: `SP${String(n)}`, startedAt: minute(-(n - (n % 10))), whose: ['south'] });
    }
    await putIncident(desk, { id: 'SP-north', startedAt: minute(-1_000), whose: ['north'] });
    const ids: string[] = [];
    let cursor: string | undefined = '';
    for (let pages = 0; cursor !== undefined && pages < 20; pages++) {
      const path = `/api/incidents?limit=1${cursor && `&cursor=${cursor}`}`;
      const { json } = await desk.call('GET', path, { as: desk.tokens.north });
      const page = json as { items: { id: string }[]; nextCursor?: string };
      ids.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
      expect(Buffer.from(cursor ?? '', 'base64url').toString()).not.toMatch(/SP\d|EX2/);
    }
    expect(ids).toEqual([incidents.north, incidents.all, 'SP-north']);
  });
});

describe('an incident that affects every portal', () => {
  it('shows each its own customers', async () => {
    const desk = await threePortals();
    for (const portal of portalNames) {
      const { json } = await desk.call('GET', `/api/incidents/${incidents.all}`, { as: desk.tokens[portal] });
      const shown = (json as { affected: { customerId: string }[] }).affected.map(({ customerId }) => customerId);
      expect(shown.sort()).toEqual(
        customersOf(portal)
          .map(({ customerId }) => customerId)
          .sort(),
      );
    }
  });
});
