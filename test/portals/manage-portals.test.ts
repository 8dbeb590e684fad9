import { describe, expect, it } from 'vitest';
import { portalPartition, registerPortalOp } from '../../shared/portals/portal.ts';
import { aPortal } from './a-portal.ts';
import { aManagedDesk, application, customerIdAt } from './managed-desk.ts';

const secretPattern = /^whsec_[A-Za-z0-9+/]{43}=$/;
const outbound = { url: 'https://harbour.example/hooks' };
const sent = { id: 'harbour', name: 'Harbour', customers: [customerIdAt(1)] };

const path = (json: { errors?: { path: string }[] }) => json.errors?.map((error) => error.path);

/** A signature of the sender's own making. */
const describedBy = (key: string) => ({
  kind: 'described-hmac',
  hmac: { header: 'x-signature', algorithm: 'sha256', encoding: 'hex', key, signed: ['body'] },
  fields: {
    events: [
      {
        type: 'support_request.closed',
        when: [],
        timestamp: { from: ['at'] },
        data: { reason: { from: ['why'] } },
      },
    ],
  },
});

/** Asked for what it refuses only, so that one desk serves every case. */
const asked = await aManagedDesk();

describe('registering a portal', () => {
  it('shows its new secrets this once, and makes it known by token and by signature', async () => {
    const desk = await aManagedDesk();
    const { status, headers, json } = await desk.admin('POST', '', { ...sent, application, outbound });
    expect([status, headers.location, headers.etag]).toEqual([201, '/api/portals/harbour', '"1"']);
    const { newSecrets = {}, ...portal } = json;
    expect(newSecrets.inbound).toMatch(secretPattern);
    expect(newSecrets.outbound).toMatch(secretPattern);
    const read = await desk.admin('GET', '/harbour');
    expect(read.json).toEqual({ ...portal, customerCount: 1, secrets: { inbound: 'present', outbound: 'present' } });
    const instance = desk.instance();
    expect(await instance.hook('harbour', newSecrets.inbound!)).toBe(202);
    expect(await instance.hook('harbour', newSecrets.outbound!)).toBe(401);
    expect(await instance.customers(application.clientId)).toEqual({ status: 200, ids: [customerIdAt(1)] });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['the name of the desk', { id: 'desk' }, 'id'],
    ['an id with other characters', { id: 'Har/bour' }, 'id'],
    ['an endpoint without TLS', { outbound: { url: 'http://harbour.example/' } }, 'outbound.url'],
    ['an endpoint inside', { outbound: { url: 'https://169.254.169.254/' } }, 'outbound.url'],
    ['an endpoint on another port', { outbound: { url: 'https://harbour.example:8443/' } }, 'outbound.url'],
    ['a type that nobody is told of', { outbound: { ...outbound, types: ['request.sung'] } }, 'outbound.types.0'],
    [
      'an application of a tenant whose tokens are refused',
      { application: { ...application, tenantId: application.clientId } },
      'application.tenantId',
    ],
    ['a secret that verifies nothing', { secrets: { inbound: 'whsec_c2hvcnQ=' } }, 'secrets.inbound'],
    [
      'two secrets at once',
      { secrets: { inbound: `whsec_${'A'.repeat(32)} whsec_${'B'.repeat(32)}` } },
      'secrets.inbound',
    ],
    ['a secret for no endpoint', { secrets: { outbound: `whsec_${'A'.repeat(32)}` } }, 'secrets.outbound'],
    ['a rate beyond that of the desk', { rate: { perSecond: 51, burst: 1 } }, 'rate.perSecond'],
  ])('refuses %s', async (_name, more, at) => {
    const { status, json } = await asked.admin('POST', '', { ...sent, ...more });
    expect([status, path(json)]).toEqual([400, [at]]);
    expect([...asked.outside.secrets]).toEqual([]);
  });

  it.each(['zendesk', 'connectwise'])(
    'wants the key of %s, which makes it itself, also to replace it',
    async (recipe) => {
      const inbound = { recipe, contact: { name: 'Service desk', email: 'desk@partner.example' } };
      const { status, json } = await asked.admin('POST', '', { ...sent, inbound });
      expect([status, path(json)]).toEqual([400, ['secrets.inbound']]);
      const desk = await aManagedDesk();
      const registered = await desk.register({ inbound, secrets: { inbound: 'a-key-of-its-own-making' } });
      expect(registered.newSecrets).toBeUndefined();
      const refused = await desk.admin('POST', '/harbour/rotate', { which: 'inbound' });
      expect([refused.status, path(refused.json)]).toEqual([400, ['secret']]);
      const rotated = await desk.admin('POST', '/harbour/rotate', {
        which: 'inbound',
        secret: 'another-key-of-its-making',
      });
      expect(rotated.status).toBe(200);
    },
  );

  it('says which of its customers there are none of', async () => {
    const customers = [customerIdAt(1), 'cabcdefghijklmnopqrst', customerIdAt(2), 'x'];
    const { status, json } = await asked.admin('POST', '', { ...sent, customers });
    expect([status, json.code, path(json)]).toEqual([422, 'unknown-customer', ['customers.1', 'customers.3']]);
  });

  it('refuses an id and an application that another portal has, whatever its case of letters', async () => {
    const desk = await aManagedDesk();
    await desk.register({ application });
    expect(await desk.admin('POST', '', sent)).toMatchObject({ status: 409, json: { code: 'already-exists' } });
    const other = {
      ...sent,
      id: 'other',
      application: { ...application, clientId: application.clientId.toUpperCase() },
    };
    const { status, json } = await desk.admin('POST', '', other);
    expect([status, path(json)]).toEqual([409, ['application']]);
    const seeded = aPortal({ id: 'seeded', application: { tenantId: application.tenantId, clientId: 'x' } });
    await desk.tables('portals').transact(portalPartition, [registerPortalOp(seeded)]);
    const patch = { application: null };
    expect((await desk.admin('PATCH', '/seeded', patch, { 'if-match': '"1"' })).status).toBe(200);
  });

  it('gives one application to one of two that come at once', async () => {
    const desk = await aManagedDesk();
    const answers = await Promise.all(
      ['north', 'south'].map(async (id) => desk.admin('POST', '', { ...sent, id, application })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const listed = (await desk.admin('GET', '')).json as unknown as { items: unknown[] };
    expect(listed.items).toHaveLength(1);
  });

  it('lets an application go with its portal’s word, and not before', async () => {
    const desk = await aManagedDesk();
    await desk.register({ application });
    await desk.register({ id: 'other' });
    const take = async () => desk.admin('PATCH', '/other', { application }, { 'if-match': '"1"' });
    expect(await take()).toMatchObject({ status: 409, json: { code: 'already-exists' } });
    await desk.admin('PATCH', '/harbour', { application: null }, { 'if-match': '"1"' });
    expect((await take()).status).toBe(200);
    expect((await desk.admin('POST', '', { ...sent, id: 'third', application })).status).toBe(409);
  });

  it('registers nothing where the vault is silent, and can be asked for again', async () => {
    const desk = await aManagedDesk();
    desk.outside.vault.losesAnswers = true;
    expect((await desk.admin('POST', '', { ...sent, outbound })).status).toBe(503);
    desk.outside.vault.losesAnswers = false;
    expect((await desk.admin('GET', '/harbour')).status).toBe(404);
    const { newSecrets } = await desk.register({ outbound });
    expect(await desk.instance().hook('harbour', newSecrets!.inbound!)).toBe(202);
  });

  it('takes a secret that the other side made, and does not show it', async () => {
    const desk = await aManagedDesk();
    const inbound = describedBy('text');
    const secret = 'made-by-the-psa-0123456789';
    const short = await desk.admin('POST', '', { ...sent, inbound, secrets: { inbound: 'short' } });
    expect([short.status, path(short.json)]).toEqual([400, ['secrets.inbound']]);
    const { newSecrets } = await desk.register({ inbound, secrets: { inbound: secret } });
    expect(newSecrets).toBeUndefined();
    expect([...desk.outside.secrets.values()]).toEqual([secret]);
  });

  it('makes no secret for a portal that signs with a private key', async () => {
    const desk = await aManagedDesk();
    const publicKeys = [`whpk_${'A'.repeat(43)}=`];
    const made = await desk.register({ inbound: { kind: 'standard-webhooks', publicKeys } });
    expect(made.newSecrets).toBeUndefined();
    expect((await desk.admin('GET', '/harbour')).json.secrets).toEqual({ inbound: 'missing' });
  });
});

describe('changing a portal', () => {
  const seen = (version: number) => ({ 'if-match': `"${String(version)}"` });

  it('needs the version that was seen', async () => {
    const desk = await aManagedDesk();
    await desk.register();
    expect((await desk.admin('PATCH', '/harbour', { name: 'New' })).status).toBe(428);
    expect((await desk.admin('PATCH', '/harbour', { name: 'New' }, seen(2))).status).toBe(412);
    const { status, headers } = await desk.admin('PATCH', '/harbour', { name: 'New' }, seen(1));
    expect([status, headers.etag]).toEqual([200, '"2"']);
    const twins = await Promise.all(['A', 'B'].map(async (name) => desk.admin('PATCH', '/harbour', { name }, seen(2))));
    expect(twins.map(({ status: each }) => each).sort()).toEqual([200, 412]);
    expect((await desk.admin('PATCH', '/nobody', { name: 'New' }, seen(1))).status).toBe(404);
  });

  it('keeps what is left out, and takes away what is null', async () => {
    const desk = await aManagedDesk();
    const types = ['incident.opened'];
    const rate = { perSecond: 5, burst: 10 };
    await desk.register({ application, rate, outbound: { ...outbound, types, services: ['Exchange'] } });
    const first = { outbound: { url: 'https://new.example/', types: null }, name: 'New' };
    expect((await desk.admin('PATCH', '/harbour', first, seen(1))).json).toMatchObject({
      ...{ name: 'New', application, rate, customers: [customerIdAt(1)] },
      outbound: { url: 'https://new.example/', services: ['Exchange'] },
    });
    const second = { outbound: null, application: null, rate: null };
    const { json } = await desk.admin('PATCH', '/harbour', second, seen(2));
    expect(json).not.toHaveProperty('outbound');
    expect(json).not.toHaveProperty('application');
    expect(json).toMatchObject({ rate: { perSecond: 50, burst: 500 } });
  });

  it('makes a secret for an endpoint that is new, and for another kind of signature, and for nothing else', async () => {
    const desk = await aManagedDesk();
    const { newSecrets: first } = await desk.register();
    const added = await desk.admin('PATCH', '/harbour', { outbound }, seen(1));
    expect(Object.keys(added.json.newSecrets ?? {})).toEqual(['outbound']);
    const secrets = { inbound: first?.inbound };
    const refused = await desk.admin('PATCH', '/harbour', { name: 'New', secrets }, seen(2));
    expect([refused.status, path(refused.json)]).toEqual([400, ['secrets.inbound']]);
    const described = { inbound: describedBy('hex') };
    const { json } = await desk.admin('PATCH', '/harbour', described, seen(2));
    expect(json.newSecrets?.inbound).toMatch(/^[0-9a-f]{64}$/);
    expect(await desk.instance().hook('harbour', first!.inbound!)).toBe(401);
  });

  it('adds to and removes from a list of customers that is too long for one body', async () => {
    const desk = await aManagedDesk();
    await desk.register({ customers: [customerIdAt(1), customerIdAt(2)] });
    const customers = { add: [customerIdAt(3), customerIdAt(1)], remove: [customerIdAt(2)] };
    const { json } = await desk.admin('PATCH', '/harbour', { customers }, seen(1));
    expect(json.customers).toEqual([customerIdAt(1), customerIdAt(3)]);
    const unknown = await desk.admin('PATCH', '/harbour', { customers: { add: ['cx'] } }, seen(2));
    expect([unknown.status, path(unknown.json)]).toEqual([422, ['customers.add.0']]);
    await desk.admin('PATCH', '/harbour', { customers: 'all' }, seen(2));
    expect((await desk.admin('PATCH', '/harbour', { customers }, seen(3))).status).toBe(409);
  });

  it('lists at most 20,000 customers, and counts them where portals are listed', async () => {
    const desk = await aManagedDesk();
    const customers = Array.from({ length: 20_000 }, (_, n) => `c${n.toString(32).padStart(20, '0')}`);
    await desk.tables('portals').transact(portalPartition, [registerPortalOp(aPortal({ customers }))]);
    const { status, json } = await desk.admin('PATCH', '/harbour', { customers: { add: [customerIdAt(1)] } }, seen(1));
    expect([status, path(json)]).toEqual([400, ['customers.add']]);
    const swapped = { customers: { add: [customerIdAt(1)], remove: [customers[0]] } };
    expect((await desk.admin('PATCH', '/harbour', swapped, seen(1))).status).toBe(200);
    expect((await desk.admin('GET', '/harbour')).json).toMatchObject({ customerCount: 20_000 });
    expect((await desk.admin('GET', '')).json).toMatchObject({ items: [{ customers: { listed: 20_000 } }] });
  });
});

describe('disabling a portal', () => {
  it('refuses its token and its webhooks within a minute on every instance, until it is enabled again', async () => {
    const desk = await aManagedDesk();
    const { newSecrets } = await desk.register({ application });
    const instances = [desk.instance(), desk.instance()];
    const seen = async () =>
      Promise.all(
        instances.map(async ({ hook, customers }) => [
          await hook('harbour', newSecrets!.inbound!),
          (await customers(application.clientId)).status,
        ]),
      );
    expect(await seen()).toEqual([
      [202, 200],
      [202, 200],
    ]);
    const disabled = await desk.admin('POST', '/harbour/disable', {});
    expect([disabled.status, disabled.json.disabled, disabled.json.version]).toEqual([200, true, 2]);
    expect((await desk.admin('POST', '/harbour/disable', {})).json.version).toBe(2);
    await desk.moved.advance(60_000);
    expect(await seen()).toEqual([
      [401, 401],
      [401, 401],
    ]);
    await desk.admin('PATCH', '/harbour', { disabled: false }, { 'if-match': '"2"' });
    await desk.moved.advance(60_000);
    expect((await seen())[1]).toEqual([202, 200]);
  });
});

describe('a rate of its own', () => {
  it('holds for a portal’s token and its webhooks together, and for nobody else', async () => {
    const desk = await aManagedDesk();
    const { newSecrets } = await desk.register({ application, rate: { perSecond: 1, burst: 3 } });
    const other = await desk.register({ id: 'other' });
    const { hook, customers } = desk.instance();
    const { clientId } = application;
    expect([(await customers(clientId)).status, (await customers(clientId)).status]).toEqual([200, 200]);
    expect(await hook('harbour', newSecrets!.inbound!)).toBe(202);
    expect([await hook('harbour', newSecrets!.inbound!), (await customers(clientId)).status]).toEqual([429, 429]);
    for (let n = 0; n < 10; n++) expect(await hook('other', other.newSecrets!.inbound!)).toBe(202);
    await desk.moved.advance(1_000);
    expect((await customers(clientId)).status).toBe(200);
  });
});

describe('portals listed', () => {
  it('come page by page in order of id, without the application’s own rows', async () => {
    const desk = await aManagedDesk();
    for (const [n, id] of ['c', 'a', '1', 'b-2', 'b'].entries()) {
      const own = { ...application, clientId: `aaaaaaaa-0000-4000-8000-${String(n).padStart(12, '0')}` };
      await desk.register({ id, application: own });
    }
    const ids: string[] = [];
    let cursor = '';
    do {
      const { json } = await desk.admin('GET', `?limit=2${cursor}`);
      const page = json as unknown as { items: { id: string }[]; nextCursor?: string };
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(ids).toEqual(['1', 'a', 'b', 'b-2', 'c']);
  });
});
