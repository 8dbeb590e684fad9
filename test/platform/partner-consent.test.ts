import { describe, expect, it } from 'vitest';
import { partner } from '../../local/microsoft/seed-world.ts';
import { hourMs } from '../../shared/core/clock.ts';
import { limits } from '../../shared/core/limits.ts';
import { aConsentDesk, deskUrl, wantedByPerson, type ConsentDesk } from './a-consent-desk.ts';

const changed = (at: URL, name: string, to: (before: string) => string): URL => {
  const next = new URL(at);
  next.searchParams.set(name, to(next.searchParams.get(name) ?? ''));
  return next;
};

const tokenCalls = ({ calls }: ConsentDesk) => calls.filter((call) => call.endsWith('/oauth2/v2.0/token')).length;

describe('a consent of the partner', () => {
  it('brings a dead grant back: the next token for a person is of the new sign-in', async () => {
    const desk = await aConsentDesk();
    await desk.microsoft.control({ scenario: { refreshToken: { revoked: true } } });
    await expect(desk.tokens(wantedByPerson)).rejects.toMatchObject({ reason: 'grant-dead' });
    expect((await desk.grant())?.dead?.code).toBe('AADSTS50173');
    await desk.microsoft.advance(61);
    const { begun, page, standing } = await desk.through();
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Signed in') as string });
    expect(standing).toEqual({
      id: begun.id,
      connectionId: partner.id,
      tenantId: partner.tenantId,
      state: 'done',
      said: expect.any(String) as string,
      expiresAt: begun.expiresAt,
      endedAt: new Date(desk.clock.now()).toISOString(),
      account: partner.user.upn,
      mfa: 'proven',
      read: 'proven',
      grantEndsAt: new Date(desk.clock.now() + 90 * 24 * hourMs).toISOString(),
    });
    expect(await desk.grant()).toMatchObject({ createdAt: new Date(desk.clock.now()).toISOString() });
    expect((await desk.grant())?.dead).toBeUndefined();
    expect(desk.log.entries.map(({ event }) => event)).toContain('partner.grant-recovered');
    expect(await desk.tokens(wantedByPerson)).toBeTypeOf('string');
    expect(await desk.kept()).toHaveLength(2);
  });

  it('is asked for in the partner’s tenant, with PKCE, for a refresh token of Partner Center', async () => {
    const desk = await aConsentDesk();
    const url = new URL((await desk.ask()).url);
    expect(url.pathname).toBe(`/entra/${partner.tenantId}/oauth2/v2.0/authorize`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: partner.clientId,
      response_type: 'code',
      redirect_uri: `${deskUrl}/api/partner-consents/callback`,
      scope: 'openid profile offline_access https://api.partnercenter.microsoft.com/user_impersonation',
      code_challenge_method: 'S256',
      prompt: 'login',
    });
  });

  it('shows nothing of code, state or tokens, and keeps none of them in a table', async () => {
    const desk = await aConsentDesk();
    const begun = await desk.ask();
    const at = await desk.signIn(begun);
    const page = await desk.arrive(at);
    expect(page.headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    const { code_challenge: challenge = '', nonce = '' } = Object.fromEntries(new URL(begun.url).searchParams);
    const secrets = [at.searchParams.get('code')!, at.searchParams.get('state')!.split('.').at(-1)!, challenge, nonce];
    const { partitions } = desk.memory.of('desk');
    const rows = JSON.stringify([...partitions].map(([pk, held]) => [pk, [...held]]));
    expect(rows).toContain(begun.id);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      for (const text of [rows, page.text, JSON.stringify(desk.log.entries)]) expect(text).not.toContain(secret);
    }
    expect(rows).not.toMatch(/"0\.[\w-]{64}/);
    expect(page.text).not.toMatch(/<script|0\.[\w-]{64}/);
  });

  it('forgets who signed in with the next look after the grant, an hour later, also where the vault is away', async () => {
    const desk = await aConsentDesk();
    const { begun } = await desk.through();
    await desk.microsoft.advance(59 * 60);
    await desk.keepGrants(desk.log.scope);
    expect((await desk.read(begun)).account).toBe(partner.user.upn);
    await desk.microsoft.advance(61);
    await desk.microsoft.control({ fault: { match: 'vault.secrets.get', status: 503, times: 1 } });
    await desk.keepGrants(desk.log.scope);
    expect(await desk.read(begun)).toMatchObject({ state: 'done' });
    expect(JSON.stringify([await desk.read(begun), await desk.grant()])).not.toContain(partner.user.upn);
    expect(JSON.stringify(desk.log.entries)).not.toContain(partner.user.upn);
  });

  it('proves the application by its certificate, where it has one', async () => {
    const { id, tenantId, clientId, role } = partner;
    const connections = JSON.stringify([{ id, tenantId, clientId, role, certificate: 'desk-login' }]);
    const desk = await aConsentDesk({ PARTNER_CONNECTIONS: connections });
    expect((await desk.through()).standing).toMatchObject({ state: 'failed', code: 'client-refused' });
    await desk.microsoft.control({ scenario: { certificate: { name: 'desk-login' } } });
    await desk.microsoft.advance(31);
    expect((await desk.through()).standing).toMatchObject({ state: 'done' });
    expect(desk.calls.filter((call) => call.includes('/keys/desk-login'))).not.toEqual([]);
  });

  it('answers a program without a page', async () => {
    const desk = await aConsentDesk();
    const at = await desk.signIn(await desk.ask());
    expect((await desk.arrive(at, '*/*')).body).toMatchObject({ state: 'done' });
    await expect(desk.arrive(at, '*/*')).rejects.toMatchObject({ code: 'illegal-transition' });
  });
});

describe('the answer of a sign-in', () => {
  it('is taken once, however often and however much at once it comes', async () => {
    const desk = await aConsentDesk();
    const begun = await desk.ask();
    const at = await desk.signIn(begun);
    const before = tokenCalls(desk);
    const pages = await Promise.all(Array.from({ length: 4 }, async () => desk.arrive(at)));
    expect(pages.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(await desk.arrive(at)).toMatchObject({
      status: 409,
      text: expect.stringContaining('had its answer already') as string,
    });
    expect(tokenCalls(desk) - before).toBe(2);
    expect(await desk.kept()).toHaveLength(2);
    expect(await desk.read(begun)).toMatchObject({ state: 'done' });
  });

  const bent: [string, (state: string) => string][] = [
    ['of nothing', () => ''],
    ['of another form', () => 'x'.repeat(900)],
    ['of another signature', (state) => `${state.slice(0, -43)}${'A'.repeat(43)}`],
    ['of another sign-in', (state) => state.replace(/\.[a-z2-7]{26}\./, `.${'b'.repeat(26)}.`)],
    ['of a later end', (state) => state.replace(/\.(\d{10})\./, (_, end: string) => `.${String(Number(end) + 600)}.`)],
    ['of a connection that there is not', (state) => state.replace(partner.id, 'other')],
  ];

  it.each(bent)('with a state %s costs no read and no write', async (_title, to) => {
    const desk = await aConsentDesk();
    const at = changed(await desk.signIn(await desk.ask()), 'state', to);
    const { counts } = desk.memory.of('desk');
    const before = { ...counts };
    const calls = desk.calls.length;
    for (let tries = 0; tries < 3; tries++) expect(await desk.arrive(at)).toMatchObject({ status: 400 });
    expect(counts).toEqual(before);
    // The key that signs is read from the vault at most once in half a minute.
    expect(desk.calls.length - calls).toBeLessThanOrEqual(1);
  });

  it('costs no read and no write where nobody has ever asked, and after its time', async () => {
    const desk = await aConsentDesk();
    const other = await aConsentDesk();
    const foreign = await other.signIn(await other.ask());
    expect(await desk.arrive(foreign)).toMatchObject({ status: 400 });
    expect(desk.memory.of('desk').counts).toMatchObject({ get: 0, query: 0, transact: 0 });
    const begun = await other.ask();
    const late = await other.signIn(begun);
    await other.microsoft.advance(limits.partnerConsentMinutes * 60);
    const before = { ...other.memory.of('desk').counts };
    expect(await other.arrive(late)).toMatchObject({ status: 400 });
    expect(other.memory.of('desk').counts).toEqual(before);
    expect(await other.read(begun)).toMatchObject({ state: 'expired' });
  });

  it('of a sign-in that another one began is refused by Entra, by the verifier', async () => {
    const desk = await aConsentDesk();
    const [mine, other] = [await desk.ask(), await desk.ask()];
    const theirs = (await desk.signIn(other)).searchParams.get('code')!;
    const page = await desk.arrive(changed(await desk.signIn(mine), 'code', () => theirs));
    expect(page.text).toContain('not begun by this desk');
    expect(await desk.read(mine)).toMatchObject({ state: 'failed', code: 'AADSTS501481' });
    expect(await desk.kept()).toHaveLength(1);
  });
});

describe('a sign-in that came to nothing', () => {
  it.each([
    ['denied', 'AADSTS65004', 'declined'],
    ['foreign-account', 'foreign-tenant', 'not one of the partner’s own tenant'],
    ['without-mfa', 'mfa-missing', 'no multifactor authentication'],
  ])('%s is said in words, and changes nothing', async (signIn, code, words) => {
    const desk = await aConsentDesk();
    await desk.microsoft.control({ scenario: { signIn } });
    const { page, standing } = await desk.through();
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining(words) as string });
    expect(standing).toMatchObject({ state: 'failed', code, said: expect.stringContaining(words) as string });
    expect(standing.account).toBeUndefined();
    expect(await desk.kept()).toHaveLength(1);
    expect(await desk.tokens(wantedByPerson)).toBeTypeOf('string');
    await desk.microsoft.control({ scenario: { signIn: 'as-usual' } });
    expect((await desk.through()).standing).toMatchObject({ state: 'done' });
  });

  it('takes Microsoft’s code and none of its words', async () => {
    const desk = await aConsentDesk();
    const begun = await desk.ask();
    const at = await desk.signIn(begun);
    at.searchParams.delete('code');
    at.searchParams.set('error', 'interaction_required');
    at.searchParams.set('error_description', "AADSTS50105: <b>Oda</b> is not assigned to 'Desk'.");
    const page = await desk.arrive(at);
    expect(page.text).toContain('not assigned to the application');
    expect(page.text).not.toContain('Oda');
    expect(JSON.stringify(await desk.read(begun))).not.toContain('Oda');
  });

  it.each([
    ['an error without a number', { error: 'server_error' }, 'server_error'],
    ['an error of odd characters', { error: '<script>' }, 'answer-misfit'],
    ['neither code nor error', {}, 'answer-misfit'],
  ])('by %s is a failure with a code', async (_title, parameters, code) => {
    const desk = await aConsentDesk();
    const begun = await desk.ask();
    const at = await desk.signIn(begun);
    at.searchParams.delete('code');
    for (const [name, value] of Object.entries(parameters)) at.searchParams.set(name, value);
    const page = await desk.arrive(at);
    expect(page.text).not.toContain('<script>');
    expect(await desk.read(begun)).toMatchObject({ state: 'failed', code });
  });

  it('by a silent Entra begins anew: the code is good once', async () => {
    const desk = await aConsentDesk();
    await desk.microsoft.control({ fault: { match: 'entra.token.post', status: 0, after: true, times: 1 } });
    const { page, standing } = await desk.through();
    expect(page.text).toContain('did not answer');
    expect(standing).toMatchObject({ state: 'failed', code: 'away', said: expect.stringContaining('again') as string });
    expect((await desk.through()).standing).toMatchObject({ state: 'done' });
  });
});

describe('the refresh token of a sign-in', () => {
  it('is put again where the vault lost its answer', async () => {
    const desk = await aConsentDesk();
    const begun = await desk.ask();
    const at = await desk.signIn(begun);
    await desk.microsoft.control({ fault: { match: 'vault.secrets.put', status: 0, after: true, times: 2 } });
    expect(await desk.arrive(at)).toMatchObject({ text: expect.stringContaining('Signed in') as string });
    expect(await desk.read(begun)).toMatchObject({ state: 'done' });
    expect(await desk.tokens(wantedByPerson)).toBeTypeOf('string');
  });

  it('is lost where the vault stays away, and the next sign-in brings another', async () => {
    const desk = await aConsentDesk();
    const begun = await desk.ask();
    const at = await desk.signIn(begun);
    await desk.microsoft.control({ fault: { match: 'vault.secrets.put', status: 503, times: 3 } });
    expect((await desk.arrive(at)).text).toContain('start again when the vault is there');
    expect(await desk.read(begun)).toMatchObject({ state: 'failed', code: 'vault-away' });
    expect(await desk.kept()).toHaveLength(1);
    expect((await desk.through()).standing).toMatchObject({ state: 'done' });
  });

  it('is lost where the desk dies before it is put: the sign-in is a failure two minutes later', async () => {
    const desk = await aConsentDesk();
    const begun = await desk.ask();
    const at = await desk.signIn(begun);
    desk.wire.before = ({ method }) => {
      if (method === 'PUT') throw new Error('the process died');
    };
    await expect(desk.arrive(at)).rejects.toThrow('the process died');
    delete desk.wire.before;
    expect(await desk.read(begun)).toMatchObject({ state: 'exchanging' });
    expect(await desk.arrive(at)).toMatchObject({ status: 409 });
    await desk.microsoft.advance(2 * 60);
    expect(await desk.read(begun)).toMatchObject({ state: 'failed', code: 'interrupted' });
    expect((await desk.through()).standing).toMatchObject({ state: 'done' });
  });

  it('waits for the vault where that is away before anything has happened', async () => {
    const desk = await aConsentDesk();
    const begun = await desk.ask();
    const at = await desk.signIn(begun);
    await desk.microsoft.control({ fault: { match: 'vault.secrets.get', status: 503, times: 1 } });
    expect(await desk.arrive(at)).toMatchObject({ status: 503 });
    expect(await desk.read(begun)).toMatchObject({ state: 'waiting' });
    expect(await desk.arrive(at)).toMatchObject({ status: 200 });
    expect(await desk.read(begun)).toMatchObject({ state: 'done' });
  });

  it('is kept where Partner Center does not answer, and says that nothing is proven', async () => {
    const desk = await aConsentDesk();
    await desk.microsoft.control({ fault: { match: 'partnercenter.customers.get', status: 503, times: 1 } });
    const { standing } = await desk.through();
    expect(standing).toMatchObject({ state: 'done', mfa: 'untold', read: 'unproven' });
    expect(await desk.kept()).toHaveLength(2);
  });
});
