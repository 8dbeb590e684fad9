import { describe, expect, it } from 'vitest';
import { hashOf } from '../../shared/core/hash.ts';
import { limits } from '../../shared/core/limits.ts';
import { packText } from '../../shared/platform/packed.ts';
import { quarantineIdOf } from '../../shared/portals/quarantine-rows.ts';
import { parseWebhookSecrets, signWebhook } from '../../shared/portals/standard-webhooks.ts';
import type { DeskOptions } from '../support/a-desk.ts';
import { aSentRequest, customersOf, inboundSecret, threePortals, type PortalName } from '../support/three-portals.ts';

const [mine, other] = customersOf('north');
const [theirs] = customersOf('south');
const unmapped = { externalRef: { system: 'crm', id: 'unmapped' } };
type Item = { id: string; title?: string; customer?: object; state: string; data?: unknown; reason?: string };

/** The whole desk, to which portals send webhooks and administrators see to what was not mapped. */
async function aDeskWithHooks(options: DeskOptions = {}) {
  const desk = await threePortals(options);
  const hook = async (portal: PortalName, id: string, body: object) => {
    const text = JSON.stringify({ timestamp: '2026-11-02T09:00:00Z', ...body });
    const at = Math.floor(desk.clock.now() / 1_000);
    const keys = parseWebhookSecrets(inboundSecret(portal));
    const headers = signWebhook({ id, timestampSeconds: at, body: Buffer.from(text) }, keys);
    const { status, json } = await desk.call('POST', `/api/hooks/portals/${portal}`, { text, headers });
    return { status, json: json as { quarantineId: string; requestId?: string } };
  };
  const create = async (from: `${PortalName} ${string}`, customer: object, more: object = {}) => {
    const [portal, id] = from.split(' ') as [PortalName, string];
    return hook(portal, id, { type: 'support_request.created', data: aSentRequest(portal, { customer, ...more }) });
  };
  const token = { now: desk.tokens.admin };
  const admin = async (method: string, path: string, body?: object) => {
    const { status, json } = await desk.call(method, path, { as: token.now, ...(body && { body }) });
    return { status, json: json as Item & { items: Item[]; nextCursor?: string; requestId?: string; code?: string } };
  };
  const assign = async (id: string, body: object) => admin('POST', `/api/quarantine/${id}/assign`, body);
  /** Lets a week and an hour pass, and the desk do what is due by then. */
  const aWeekLater = async () => {
    await desk.moved.advance((limits.waitingDays * 24 + 1) * 3_600_000);
    await desk.settle();
    const now = Math.floor(desk.clock.now() / 1_000);
    const times = { iat: now, nbf: now, exp: now + 3_600 };
    token.now = await desk.outside.sign({ claims: { oid: 'a', name: 'Ada', roles: ['Desk.Admin'], ...times } });
  };
  return { desk, hook, create, admin, assign, aWeekLater };
}

/** For what changes nothing. */
const refusing = await aDeskWithHooks();

describe('the list of what was quarantined', () => {
  it('shows it newest first with customer and title as sent, by portal, in pages that each read the same', async () => {
    const { desk, create, admin } = await aDeskWithHooks();
    for (let n = 0; n < 5; n++) {
      await desk.moved.advance(1_000);
      await create(`north n${String(n)}`, unmapped, { title: `number ${String(n)}` });
      if (n < 2) await create(`south s${String(n)}`, { customerId: mine!.customerId });
    }
    const before = desk.cost();
    const page = await admin('GET', '/api/quarantine?portalId=north&limit=2');
    expect([desk.cost().gets - before.gets, desk.cost().queries - before.queries]).toEqual([2, 1]);
    expect(page.json.items.map(({ title }) => title)).toEqual(['number 4', 'number 3']);
    expect(page.json.items[0]).toMatchObject({ state: 'open', portalId: 'north', customer: unmapped });
    const next = await admin('GET', `/api/quarantine?portalId=north&limit=3&cursor=${page.json.nextCursor!}`);
    expect(next.json.items.map(({ title }) => title)).toEqual(['number 2', 'number 1', 'number 0']);
    expect(next.json).not.toHaveProperty('nextCursor');
    expect((await admin('GET', '/api/quarantine')).json.items).toHaveLength(7);
    expect((await admin('GET', '/api/quarantine?portalId=nobody')).json).toEqual({ items: [] });
    expect((await admin('GET', `/api/quarantine?cursor=${page.json.nextCursor!}`)).status).toBe(400);
  });
});

describe('a quarantined request', () => {
  it('is assigned to a customer of its portal and becomes a request of it, once', async () => {
    const { desk, create, admin, assign } = await aDeskWithHooks();
    const first = await create('north m1', unmapped);
    const id = first.json.quarantineId;
    expect((await admin('GET', `/api/quarantine/${id}`)).json).toMatchObject({ data: { customer: unmapped } });
    const assigned = await assign(id, { customerId: mine!.customerId });
    expect(assigned.status).toBe(200);
    expect(await assign(id, { customerId: mine!.customerId })).toEqual(assigned);
    const { requestId = '' } = assigned.json;
    const seen = await desk.call('GET', `/api/requests/${requestId}`, { as: desk.tokens.north });
    expect(seen.json).toMatchObject({ portalId: 'north', customerId: mine!.customerId, state: 'new' });
    expect(await create('north m1', unmapped)).toEqual(first);
    expect((await admin('GET', '/api/quarantine')).json.items).toEqual([]);
    const shown = (await admin('GET', `/api/quarantine/${id}`)).json;
    expect(shown).toMatchObject({ state: 'assigned', requestId });
    expect(shown).not.toHaveProperty('data');
    expect((await desk.tables('portals').get('quarantine', 'N|north'))?.columns.open).toBe(0);
    expect(await assign(id, { customerId: other!.customerId })).toMatchObject({ status: 409 });
  });

  it.each([
    ['of another portal', { customerId: theirs!.customerId }],
    ['that nobody knows', { customerId: 'cabcdefghijklmnopqrst' }],
  ])('is not assigned to a customer %s', async (_whose, body) => {
    const { create, admin, assign } = refusing;
    const id = (await create('north m1', unmapped)).json.quarantineId;
    const refused = {
      code: 'unknown-customer',
      detail: expect.stringContaining('add it to the portal first') as unknown,
    };
    expect(await assign(id, body)).toMatchObject({ status: 422, json: refused });
    expect((await admin('GET', `/api/quarantine/${id}`)).json.state).toBe('open');
  });

  it('has its sender’s name for the customer remembered where asked and free, so that the next one finds it', async () => {
    const { create, assign } = await aDeskWithHooks();
    const id = (await create('north m1', unmapped)).json.quarantineId;
    expect((await assign(id, { customerId: mine!.customerId, remember: true })).json).toMatchObject({
      remembered: true,
    });
    expect((await create('north m2', unmapped)).json).toHaveProperty('requestId');
    const domain = (await create('north m3', { domain: 'new.example' })).json.quarantineId;
    expect((await assign(domain, { customerId: mine!.customerId, remember: true })).json).toMatchObject({
      remembered: true,
    });
    expect((await create('north m4', { domain: 'new.example' })).json).toHaveProperty('requestId');
  });

  it('has a name that another portal’s customer has too remembered for its own customer, and both are found', async () => {
    const { desk, create, assign } = await aDeskWithHooks();
    const shared = { externalRef: theirs!.externalRef };
    const customerOf = async (requestId = '') =>
      ((await desk.call('GET', `/api/requests/${requestId}`, { as: desk.tokens.admin })).json as { customerId: string })
        .customerId;
    const id = (await create('north m1', shared)).json.quarantineId;
    const assigned = await assign(id, { customerId: mine!.customerId, remember: true });
    expect(assigned.json).toMatchObject({ remembered: true });
    expect(await customerOf((await create('north m2', shared)).json.requestId)).toBe(mine!.customerId);
    expect(await customerOf((await create('south s1', shared)).json.requestId)).toBe(theirs!.customerId);
  });

  it('has a name that would mean two of a portal’s customers not remembered', async () => {
    const { desk, create, assign } = await aDeskWithHooks();
    const id = (await create('north m1', unmapped)).json.quarantineId;
    await desk.store.pointRefs(other!.customerId, { add: [unmapped.externalRef], remove: [] });
    expect((await assign(id, { customerId: mine!.customerId, remember: true })).json).toMatchObject({
      remembered: false,
    });
    expect(await desk.store.byRef(unmapped.externalRef)).toEqual([other!.customerId]);
  });

  it('of nobody is remembered as nobody', async () => {
    const { create, assign } = await aDeskWithHooks();
    // As the script for ServiceNow calls a company that there is none of.
    const nobody = { externalRef: { system: 'servicenow', id: 'none' } };
    const ofNobody = (await create('north m6', nobody)).json.quarantineId;
    const said = await assign(ofNobody, { customerId: mine!.customerId, remember: true });
    expect(said.json).toMatchObject({ remembered: false });
    expect((await create('north m7', nobody)).json).toHaveProperty('quarantineId');
  });

  it('whose text is gone is assigned no more, but shown and discarded', async () => {
    const { desk, create, admin, assign } = await aDeskWithHooks();
    const id = (await create('north m1', unmapped)).json.quarantineId;
    const columns = { v: 1, id, ...packText('{}') };
    await desk.tables('portals').transact('quarantine', [{ kind: 'upsert', rk: `C|${id}`, columns }]);
    expect((await assign(id, { customerId: mine!.customerId })).status).toBe(409);
    expect((await admin('GET', '/api/quarantine')).json.items).toMatchObject([{ id, state: 'open' }]);
    expect((await admin('POST', `/api/quarantine/${id}/discard`, { reason: 'erased' })).status).toBe(200);
  });

  it('is discarded with a reason: its text goes, its answer stays, and it is assigned no more', async () => {
    const { desk, create, admin, assign } = await aDeskWithHooks();
    const first = await create('north m1', unmapped, { title: 'Secret title' });
    const path = `/api/quarantine/${first.json.quarantineId}`;
    const discarded = await admin('POST', `${path}/discard`, { reason: 'a test of theirs' });
    expect(discarded.json).toMatchObject({ state: 'discarded', reason: 'a test of theirs' });
    expect(await admin('POST', `${path}/discard`, { reason: 'again' })).toEqual(discarded);
    expect(await create('north m1', unmapped, { title: 'Secret title' })).toEqual(first);
    expect((await assign(first.json.quarantineId, { customerId: mine!.customerId })).status).toBe(409);
    expect((await admin('GET', '/api/quarantine')).json.items).toEqual([]);
    const rows = [...(desk.memory.of('portals').partitions.get('quarantine')?.keys() ?? [])].map(
      (rk) => rk.split('|')[0],
    );
    // `S` says who sent it: the reason may name that person, and an erasure must find it.
    expect(rows.sort()).toEqual(['C', 'N', 'Q', 'S']);
  });
});

describe('a webhook that the version before quarantined, which kept no lists and hashed the text as it came', () => {
  const timestamp = '2026-11-02T09:00:00Z';
  const body = { type: 'support_request.created', data: aSentRequest('north', { customer: unmapped }) };
  const text = JSON.stringify({ timestamp, ...body });

  async function aDeskFromBefore() {
    const desk = await aDeskWithHooks();
    const [portalId, webhookId] = ['north', 'm1'];
    const id = quarantineIdOf({ portalId, webhookId });
    const head = { v: 1, id, portalId, webhookId, type: body.type, bodyHash: hashOf(text), receivedAt: timestamp };
    await desk.desk.tables('portals').transact('quarantine', [
      { kind: 'insert', rk: `Q|${id}`, columns: head },
      { kind: 'insert', rk: `C|${id}`, columns: { v: 1, id, ...packText(text) } },
      { kind: 'insert', rk: 'N|north', columns: { v: 1, open: 1 } },
    ]);
    return { ...desk, id };
  }

  it('gets its first answer again, and another body is refused', async () => {
    const { hook, create, id } = await aDeskFromBefore();
    expect(await hook('north', 'm1', body)).toEqual({ status: 202, json: { quarantineId: id } });
    expect((await create('north m1', unmapped, { title: 'Another' })).status).toBe(409);
  });

  it('is assigned or discarded as any other', async () => {
    const { desk, assign, id } = await aDeskFromBefore();
    expect(await assign(id, { customerId: mine!.customerId })).toMatchObject({ status: 200 });
    expect((await desk.tables('portals').get('quarantine', 'N|north'))?.columns.open).toBe(0);
    const other = await aDeskFromBefore();
    const discarded = await other.admin('POST', `/api/quarantine/${id}/discard`, { reason: 'a test' });
    expect(discarded.json).toMatchObject({ state: 'discarded' });
  });
});

it('a quarantined comment is assigned to a request of its portal, and to no other', async () => {
  const { desk, hook, admin, assign, aWeekLater } = await aDeskWithHooks();
  const data = { externalRef: { system: 'psa', id: 'late' }, text: 'Still broken' };
  await hook('north', 'm1', { type: 'support_request.commented', data });
  await aWeekLater();
  const [item] = (await admin('GET', '/api/quarantine')).json.items;
  expect(item).toMatchObject({ type: 'support_request.commented', request: { externalRef: data.externalRef } });
  const path = `/api/requests/${desk.created.north.requestId}/timeline`;
  const texts = async () => JSON.stringify((await admin('GET', path)).json);
  expect((await assign(item!.id, { customerId: mine!.customerId })).status).toBe(400);
  expect((await assign(item!.id, { requestId: desk.created.south.requestId })).status).toBe(400);
  expect(await texts()).not.toContain('Still broken');
  expect((await assign(item!.id, { requestId: desk.created.north.requestId })).status).toBe(200);
  expect((await texts()).split('Still broken')).toHaveLength(2);
});

it('a quarantined comment goes to one request, though who assigned it first died in between and somebody else says otherwise', async () => {
  const death = { isNear: () => false };
  const before = async (operation: string) =>
    operation === 'transact' && death.isNear() ? Promise.reject(new Error('the process died')) : Promise.resolve();
  const { desk, hook, admin, assign, aWeekLater } = await aDeskWithHooks({ trouble: { before } });
  const data = { externalRef: { system: 'psa', id: 'late' }, text: 'Still broken' };
  await hook('north', 'm1', { type: 'support_request.commented', data });
  const body = aSentRequest('north');
  const { json } = await desk.call('POST', '/api/requests', { as: desk.tokens.north, body });
  const [first, second] = [desk.created.north.requestId, (json as { id: string }).id];
  await aWeekLater();
  const [item] = (await admin('GET', '/api/quarantine')).json.items;
  const rows = () => [...desk.memory.of('requests').partitions.values()].flatMap((rows) => [...rows.values()]);
  death.isNear = () => rows().some(({ columns }) => columns.text === data.text);
  expect((await assign(item!.id, { requestId: first })).status).toBe(500);
  death.isNear = () => false;
  expect(await assign(item!.id, { requestId: second })).toMatchObject({ status: 409, json: { requestId: first } });
  expect(rows().filter(({ columns }) => columns.text === data.text)).toHaveLength(1);
  expect((await admin('GET', '/api/quarantine')).json.items).toEqual([]);
});
