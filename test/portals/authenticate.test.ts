import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { HttpFailure } from '../../shared/platform/http.ts';
import { createAuthenticate } from '../../shared/portals/authenticate.ts';
import { portalPartition, registerPortalOp } from '../../shared/portals/portal.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
import { createSigningKeys } from '../../shared/portals/signing-keys.entra.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryTable } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { aPortal } from './a-portal.ts';
import { anIssuer, audience, authority, deskTenant, type TokenParts } from './entra-issuer.ts';

const foreignTenant = '22222222-2222-4222-8222-222222222222';
const start = movedClock().clock.now();
const seconds = Math.floor(start / 1_000);
const app = (clientId: string) => ({ tenantId: deskTenant, clientId });

let issuer: Awaited<ReturnType<typeof anIssuer>>;
beforeAll(async () => {
  issuer = await anIssuer(start);
});

async function aDesk() {
  const { clock, advance } = movedClock(start);
  const { table, counts } = memoryTable();
  const portals = [
    aPortal({ application: app('harbour-app') }),
    aPortal({ id: 'closed', application: app('closed-app'), disabled: true }),
  ];
  for (const portal of portals) await table.transact(portalPartition, [registerPortalOp(portal)]);
  counts.transact = 0;
  issuer.calls.length = 0;
  delete issuer.trouble.answer;
  const { entries, scope } = capturedLog();
  const authenticate = createAuthenticate({
    keyOf: createSigningKeys({ http: issuer.http, clock, authority }),
    clock,
    registry: createPortalRegistry({ table, clock }),
    authority,
    tenants: [deskTenant],
    audiences: ['other-api', audience],
  });
  const call = async (authorization: string) => authenticate(new Headers({ authorization }), scope);
  const as = async (parts: TokenParts) => call(`Bearer ${await issuer.sign(parts)}`);
  return { call, as, table, counts, entries, advance };
}

const person = { oid: 'oid-1', name: 'Oda', roles: ['Desk.Operate', 'Other.Role'] };
const portalApp = { azp: 'harbour-app', idtyp: 'app' };

describe('a bearer token', () => {
  it('with a role is a person, with the roles that it includes', async () => {
    const { as } = await aDesk();
    expect(await as({ claims: person })).toEqual({
      kind: 'person',
      id: `person:${deskTenant}:oid-1`,
      name: 'Oda',
      tenantId: deskTenant,
      objectId: 'oid-1',
      roles: new Set(['Desk.Operate', 'Desk.Read']),
    });
  });

  it.each([
    ['azp', portalApp],
    ['appid', { appid: 'harbour-app' }],
    ['a role of somebody else', { ...portalApp, roles: ['Other.Role'] }],
  ])("of a portal's application, by %s, is the portal", async (_what, claims) => {
    const { as } = await aDesk();
    expect(await as({ claims })).toEqual({
      kind: 'portal',
      id: 'portal:harbour',
      portalId: 'harbour',
      customers: new Set(['c1', 'c2']),
    });
  });

  it.each<[string, TokenParts]>([
    ['has expired', { claims: { ...person, exp: seconds - 61 } }],
    ['is not valid yet', { claims: { ...person, nbf: seconds + 61 } }],
    ['never expires', { claims: { ...person, exp: undefined } }],
    ['is for another audience', { claims: person, audience: 'graph' }],
    ['comes from another issuer', { claims: person, issuer: `${authority}/${foreignTenant}/v2.0` }],
    ['comes from the issuer of old tokens', { claims: person, issuer: `https://sts.windows.net/${deskTenant}/` }],
    [
      'comes from another tenant',
      { claims: { ...person, tid: foreignTenant }, issuer: `${authority}/${foreignTenant}/v2.0` },
    ],
    ['names another tenant than its issuer', { claims: { ...person, tid: foreignTenant } }],
    ['names no tenant', { claims: { ...person, tid: undefined } }],
    ['names an unknown key', { claims: person, header: { kid: 'key-2' } }],
    ['has a role but nobody', { claims: { ...person, oid: undefined } }],
    ['has roles that are no list', { claims: { ...person, roles: 'Desk.Admin' } }],
    ['has neither role nor application', { claims: { oid: 'oid-1' } }],
    ['is of an unknown application', { claims: { azp: 'unknown-app' } }],
    ['is of a disabled portal', { claims: { azp: 'closed-app' } }],
    [
      "acts for a person who signed in to the portal's application",
      { claims: { ...portalApp, oid: 'o', scp: 'access' } },
    ],
  ])('that %s is refused with one and the same 401', async (_what, parts) => {
    const { as } = await aDesk();
    await expect(as(parts)).rejects.toMatchObject({
      code: 'unauthenticated',
      detail: 'Send a valid bearer token of Microsoft Entra ID.',
    });
  });

  it("of a portal is not refused for the desk's own trouble: a portal that cannot be read is no 401", async () => {
    const { as, table, entries } = await aDesk();
    await table.transact(portalPartition, [{ kind: 'insert', rk: 'broken', columns: { v: 9 } }]);
    await expect(as({ claims: portalApp })).rejects.toThrow('row version 9 is not readable');
    expect(entries).toEqual([]);
    expect(await as({ claims: person })).toMatchObject({ kind: 'person' });
  });

  it('within a minute of its end or beginning holds: clocks differ', async () => {
    const { as } = await aDesk();
    expect(await as({ claims: { ...person, exp: seconds - 59 } })).toMatchObject({ kind: 'person' });
    expect(await as({ claims: { ...person, nbf: seconds + 59 } })).toMatchObject({ kind: 'person' });
  });

  it('expires with the clock of the desk', async () => {
    const { as, advance } = await aDesk();
    expect(await as({ claims: person })).toMatchObject({ kind: 'person' });
    await advance(3_661_000);
    await expect(as({ claims: person })).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('without a signature, or signed with the public key as a secret, is refused', async () => {
    const { call } = await aDesk();
    const claims = { ...person, tid: deskTenant, nbf: seconds, exp: seconds + 60, aud: audience };
    const iss = `${authority}/${deskTenant}/v2.0`;
    const none = new UnsecuredJWT({ ...claims, iss }).encode();
    const secret = new TextEncoder().encode(await exportSPKI(issuer.publicKey));
    const hmac = await new SignJWT({ ...claims, iss }).setProtectedHeader({ alg: 'HS256', kid: 'key-1' }).sign(secret);
    for (const token of [none, hmac]) {
      await expect(call(`Bearer ${token}`)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic dTpw', 'Bearer a.b.c', 'Bearer a b', `Bearer ${'a'.repeat(20_000)}`])(
    'is missed in %j',
    async (authorization) => {
      const { call } = await aDesk();
      await expect(call(authorization)).rejects.toMatchObject({ code: 'unauthenticated' });
    },
  );

  it('whose body was changed after signing is refused', async () => {
    const { call } = await aDesk();
    const [head, , mac] = (await issuer.sign({ claims: person })).split('.');
    const [, admin] = (await issuer.sign({ claims: { ...person, roles: ['Desk.Admin'] } })).split('.');
    await expect(call(`Bearer ${[head, admin, mac].join('.')}`)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('authentication', () => {
  it('touches no storage for people or for tokens that do not hold, and one cached query for portals', async () => {
    const { as, counts } = await aDesk();
    await as({ claims: person });
    await expect(as({ claims: { ...portalApp, exp: seconds - 100 } })).rejects.toThrow();
    await expect(as({ claims: portalApp, audience: 'graph' })).rejects.toThrow();
    expect(counts).toMatchObject({ get: 0, query: 0, transact: 0 });
    await as({ claims: portalApp });
    await as({ claims: portalApp });
    await expect(as({ claims: { azp: 'unknown-app' } })).rejects.toThrow();
    expect(counts).toMatchObject({ get: 0, query: 1, transact: 0 });
  });

  it('fetches no keys for a tenant that is not pinned', async () => {
    const { as } = await aDesk();
    await expect(as({ claims: { ...person, tid: foreignTenant } })).rejects.toThrow();
    expect(issuer.calls).toHaveLength(0);
  });

  it('logs why a token was refused, and nothing of the token', async () => {
    const { as, entries } = await aDesk();
    await expect(as({ claims: { ...person, exp: seconds - 100 } })).rejects.toThrow();
    expect(entries.map(({ event, fields }) => ({ event, fields }))).toEqual([
      { event: 'portals.token-refused', fields: { reason: 'JWTExpired' } },
    ]);
  });
});

describe('signing keys', () => {
  const keysUrl = `${authority}/${deskTenant}/discovery/v2.0/keys`;

  it('are fetched once for all who ask together, and again after an hour', async () => {
    const { as, advance } = await aDesk();
    await Promise.all([as({ claims: person }), as({ claims: person }), as({ claims: person })]);
    expect(issuer.calls.map((call) => call.url)).toEqual([keysUrl]);
    await advance(3_599_000);
    await as({ claims: person });
    expect(issuer.calls).toHaveLength(1);
    await advance(1_000);
    await as({ claims: person });
    expect(issuer.calls).toHaveLength(2);
  });

  it('are fetched for an unknown name at most once a minute', async () => {
    const { as, advance } = await aDesk();
    await as({ claims: person });
    const unknown = { claims: person, header: { kid: 'new-key' } };
    for (let call = 0; call < 5; call++) await expect(as(unknown)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(issuer.calls).toHaveLength(1);
    await advance(60_000);
    for (let call = 0; call < 5; call++) await expect(as(unknown)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(issuer.calls).toHaveLength(2);
    const [known] = issuer.published;
    issuer.published.push({ ...known, kid: 'new-key' });
    await advance(60_000);
    expect(await as(unknown)).toMatchObject({ kind: 'person' });
    issuer.published.pop();
  });

  it.each([
    ['is silent', new HttpFailure('timeout', 'silent')],
    ['fails', { status: 503 }],
    ['talks nonsense', { body: '<html>' }],
  ])('that cannot be had because Entra %s are a 503, not a 401', async (_what, answer) => {
    const { as, advance } = await aDesk();
    issuer.trouble.answer = answer;
    await expect(as({ claims: person })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(as({ claims: person })).rejects.toMatchObject({ code: 'unavailable' });
    expect(issuer.calls).toHaveLength(1);
    delete issuer.trouble.answer;
    await advance(5_000);
    expect(await as({ claims: person })).toMatchObject({ kind: 'person' });
  });

  it('stay good for a day while Entra is away', async () => {
    const { as, advance } = await aDesk();
    const lasting = { claims: { ...person, exp: seconds + 200_000 } };
    await as(lasting);
    issuer.trouble.answer = { status: 500 };
    await advance(23 * 3_600_000);
    expect(await as(lasting)).toMatchObject({ kind: 'person' });
    await expect(as({ ...lasting, header: { kid: 'new-key' } })).rejects.toMatchObject({ code: 'unavailable' });
    await advance(3_600_000);
    await expect(as(lasting)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
