import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../shared/core/clock.ts';
import { createEntraTokens } from '../../shared/platform/entra-tokens.entra.ts';
import { HttpFailure, type HttpCall } from '../../shared/platform/http.ts';
import { createIdentityToken } from '../../shared/platform/managed-identity.entra.ts';
import { SecretMissing } from '../../shared/platform/secret.ts';
import { TokenFailure, type TokenWant } from '../../shared/platform/tokens.ts';
import { movedClock } from '../support/moved-clock.ts';
import { scriptedHttp, type Scripted } from '../support/scripted-http.ts';

const want: TokenWant = { tenantId: 'tenant-1', resource: 'graph', connectionId: 'main' };

function aSource(answer: (form: URLSearchParams, call: HttpCall) => Scripted | Error) {
  const { clock, advance } = movedClock();
  const { http, calls } = scriptedHttp((call) => answer(new URLSearchParams(call.body), call));
  const secrets = new Map([['main-refresh-token', 'refresh-1']]);
  const told: [connectionId: string, code: string | undefined][] = [];
  const trouble = { telling: undefined as Error | undefined };
  const { tokens, counts, exchange } = createEntraTokens({
    http,
    clock,
    authority: 'https://login.example',
    audiences: { graph: 'https://graph.example', partnercenter: 'https://pc.example', azure: 'https://arm.example' },
    connections: [{ id: 'main', tenantId: 'home', clientId: 'client-1' }],
    clientAssertion: async ({ clientId }, endpoint) => `${clientId} for ${endpoint}`,
    readSecret: async (name) => {
      const secret = secrets.get(name);
      if (secret === undefined) throw new SecretMissing(name);
      return secret;
    },
    grantChanged: async (...change) => {
      if (trouble.telling) throw trouble.telling;
      told.push(change);
    },
  });
  return { tokens, counts, exchange, calls, advance, secrets, told, trouble };
}

let issued = 0;
const aToken = (seconds = 3_600) => ({ json: { access_token: `token-${String(++issued)}`, expires_in: seconds } });
const aRefusal = (error: string, code: number, status = 400) => ({ status, json: { error, error_codes: [code] } });

describe('tokens of Entra', () => {
  it('posts client credentials with the federated assertion to the tenant', async () => {
    const { tokens, calls } = aSource(() => aToken());
    await tokens(want);
    expect(calls[0]).toMatchObject({ method: 'POST', url: 'https://login.example/tenant-1/oauth2/v2.0/token' });
    expect(Object.fromEntries(new URLSearchParams(calls[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-1',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'client-1 for https://login.example/tenant-1/oauth2/v2.0/token',
      scope: 'https://graph.example/.default',
    });
  });

  it('exchanges the refresh token when it acts for a person', async () => {
    const { tokens, calls } = aSource(() => aToken());
    await tokens({ ...want, resource: 'partnercenter', way: 'delegated' });
    const form = new URLSearchParams(calls[0]?.body);
    expect(form.get('grant_type')).toBe('refresh_token');
    expect(form.get('refresh_token')).toBe('refresh-1');
    expect(form.get('scope')).toBe('https://pc.example/.default');
  });

  it('asks once for many callers and again four minutes before the end', async () => {
    const { tokens, counts, advance } = aSource(() => aToken(3_600));
    const all = await Promise.all([tokens(want), tokens(want), tokens(want)]);
    expect(new Set(all).size).toBe(1);
    await advance(56 * minuteMs - 1);
    expect(await tokens(want)).toBe(all[0]);
    expect(counts.tokenRequests).toBe(1);
    await advance(1);
    expect(await tokens(want)).not.toBe(all[0]);
    expect(counts.tokenRequests).toBe(2);
  });

  it('asks for at most 90 tokens per thousand tenants and cycle when tokens live an hour', async () => {
    const { tokens, counts, advance } = aSource(() => aToken(3_600));
    const cycles = 120;
    for (let cycle = 0; cycle < cycles; cycle++) {
      for (let tenant = 0; tenant < 10; tenant++) await tokens({ ...want, tenantId: `tenant-${String(tenant)}` });
      await advance(5 * minuteMs);
    }
    expect((counts.tokenRequests / (10 * cycles)) * 1_000).toBeLessThanOrEqual(90);
  });

  it('keeps tenants, APIs, connections and ways apart', async () => {
    const { tokens, counts } = aSource(() => aToken());
    const wants: TokenWant[] = [want, { ...want, tenantId: 't2' }, { ...want, resource: 'azure' }];
    const got = await Promise.all([...wants, { ...want, way: 'delegated' as const }].map(tokens));
    expect(new Set(got).size).toBe(4);
    expect(counts.tokenRequests).toBe(4);
  });

  it.each([
    ['invalid_grant', 65001, 400, 'not-consented'],
    ['unauthorized_client', 700016, 400, 'app-missing'],
    ['unauthorized_client', 7000229, 401, 'app-missing'],
    ['invalid_resource', 500011, 400, 'app-missing'],
    ['invalid_request', 90002, 400, 'tenant-unknown'],
    ['invalid_grant', 50173, 400, 'invalid-grant'],
    ['invalid_grant', 700082, 400, 'invalid-grant'],
    ['invalid_request', 70021, 400, 'client-refused'],
    ['invalid_client', 700213, 401, 'client-refused'],
    ['invalid_client', 700027, 401, 'client-refused'],
    ['invalid_client', 7000215, 401, 'invalid-grant'],
    ['temporarily_unavailable', 90033, 400, 'away'],
    ['server_error', 90033, 503, 'away'],
  ] as const)('maps %s %i with HTTP %i to %s', async (...refusal) => {
    const [error, code, status, reason] = refusal;
    const { tokens } = aSource(() => aRefusal(error, code, status));
    await expect(tokens(want)).rejects.toMatchObject({ name: 'TokenFailure', reason });
  });

  it('names the code, and no text of the other side, in a refusal', async () => {
    const { tokens } = aSource(() => ({
      status: 400,
      json: { error: 'invalid_grant', error_codes: [50173], error_description: 'private words' },
    }));
    const failure = await tokens(want).catch((error: unknown) => error as TokenFailure);
    expect(failure).toMatchObject({ code: 'AADSTS50173' });
    expect((failure as TokenFailure).message).not.toContain('private');
  });

  it('believes a refusal for a minute, then asks again', async () => {
    let consented = false;
    const { tokens, counts, advance } = aSource(() => (consented ? aToken() : aRefusal('unauthorized_client', 700016)));
    await expect(tokens(want)).rejects.toBeInstanceOf(TokenFailure);
    await expect(tokens(want)).rejects.toBeInstanceOf(TokenFailure);
    expect(counts.tokenRequests).toBe(1);
    consented = true;
    await advance(minuteMs);
    expect(await tokens(want)).toMatch(/^token-/);
  });

  it('leaves a throttled tenant alone for as long as it is told', async () => {
    let throttled = true;
    const { tokens, counts, advance } = aSource(() =>
      throttled ? { status: 429, headers: { 'retry-after': '90' } } : aToken(),
    );
    await expect(tokens(want)).rejects.toMatchObject({ reason: 'throttled', retryAfterSeconds: 90 });
    throttled = false;
    await advance(89_999);
    await expect(tokens(want)).rejects.toMatchObject({ reason: 'throttled' });
    expect(counts.tokenRequests).toBe(1);
    await advance(1);
    expect(await tokens(want)).toMatch(/^token-/);
  });

  it('tries at once again after silence', async () => {
    let away = true;
    const { tokens } = aSource(() => (away ? new HttpFailure('timeout', 'silent') : aToken()));
    await expect(tokens(want)).rejects.toMatchObject({ reason: 'away' });
    away = false;
    expect(await tokens(want)).toMatch(/^token-/);
  });
});

describe('tokens of the partner’s person', () => {
  const inCustomer: TokenWant = { ...want, way: 'delegated' };
  const atHome: TokenWant = { ...inCustomer, tenantId: 'home' };

  it.each([
    ['consent missing', inCustomer, 'invalid_grant', 65001, 'not-consented'],
    ['the application not there', inCustomer, 'unauthorized_client', 700016, 'app-missing'],
    ['no such tenant', inCustomer, 'invalid_request', 90002, 'tenant-unknown'],
    ['MFA asked for by the customer', inCustomer, 'invalid_grant', 50076, 'sign-in-policy'],
    ['Conditional Access of the customer', inCustomer, 'invalid_grant', 53003, 'sign-in-policy'],
    ['a sign-in frequency of the customer', inCustomer, 'invalid_grant', 70043, 'sign-in-policy'],
    ['the person unknown there', inCustomer, 'invalid_grant', 50020, 'no-relationship'],
    ['an unknown code there', inCustomer, 'invalid_grant', 99999, 'invalid-grant'],
    ['a refresh token that expired', inCustomer, 'invalid_grant', 700082, 'grant-dead'],
    ['one that was revoked', inCustomer, 'invalid_grant', 50173, 'grant-dead'],
    ['one of a page', inCustomer, 'invalid_grant', 700084, 'grant-dead'],
    ['a disabled person', inCustomer, 'invalid_grant', 50057, 'grant-dead'],
    ['a changed password', inCustomer, 'invalid_grant', 50132, 'grant-dead'],
    ['MFA asked for at home', atHome, 'invalid_grant', 50076, 'grant-dead'],
    ['a sign-in frequency at home', atHome, 'invalid_grant', 70043, 'grant-dead'],
    ['an unknown code at home', atHome, 'invalid_grant', 99999, 'grant-dead'],
    ['no code at home', atHome, 'invalid_grant', undefined, 'grant-dead'],
    ['the client refused at home', atHome, 'invalid_client', 700027, 'client-refused'],
  ] as const)('say after %s whose trouble it is', async (...trouble) => {
    const [, asked, error, code, reason] = trouble;
    const { tokens } = aSource(() => ({ status: 400, json: { error, ...(code && { error_codes: [code] }) } }));
    await expect(tokens(asked)).rejects.toMatchObject({ reason });
  });

  it('are not asked for again in a thousand tenants when the refresh token is dead, and its death is told once', async () => {
    let dead = true;
    const { tokens, counts, told, advance } = aSource(() => (dead ? aRefusal('invalid_grant', 50173) : aToken()));
    for (let tenant = 0; tenant < 1_000; tenant++) {
      await expect(tokens({ ...inCustomer, tenantId: `t${String(tenant)}` })).rejects.toMatchObject({
        reason: 'grant-dead',
        code: 'AADSTS50173',
      });
    }
    expect(counts.tokenRequests).toBe(1);
    expect(told).toEqual([['main', 'AADSTS50173']]);
    await advance(5 * minuteMs);
    await expect(tokens(inCustomer)).rejects.toMatchObject({ reason: 'grant-dead' });
    expect(counts.tokenRequests).toBe(2);
    expect(told).toHaveLength(1);
    dead = false;
    await advance(5 * minuteMs);
    expect(await tokens(inCustomer)).toMatch(/^token-/);
    expect(told.at(-1)).toEqual(['main', undefined]);
  });

  it('tell a death again that could not be told', async () => {
    const { tokens, told, trouble } = aSource(() => aRefusal('invalid_grant', 50173));
    trouble.telling = new Error('storage is away');
    await expect(tokens(inCustomer)).rejects.toThrow('storage is away');
    trouble.telling = undefined;
    await expect(tokens(inCustomer)).rejects.toMatchObject({ reason: 'grant-dead' });
    expect(told).toEqual([['main', 'AADSTS50173']]);
  });

  it('are asked for at once with a new refresh token', async () => {
    const { tokens, secrets, told, advance } = aSource((form) =>
      form.get('refresh_token') === 'refresh-1' ? aRefusal('invalid_grant', 700082) : aToken(),
    );
    await expect(tokens(inCustomer)).rejects.toMatchObject({ reason: 'grant-dead' });
    secrets.set('main-refresh-token', 'refresh-2');
    expect(await tokens({ ...inCustomer, tenantId: 'another' })).toMatch(/^token-/);
    await advance(minuteMs);
    expect(await tokens(inCustomer)).toMatch(/^token-/);
    expect(told).toEqual([
      ['main', 'AADSTS700082'],
      ['main', undefined],
    ]);
  });

  it('do not exist where the vault holds no refresh token', async () => {
    const { tokens, secrets, counts } = aSource(() => aToken());
    secrets.clear();
    await expect(tokens(inCustomer)).rejects.toMatchObject({ reason: 'no-grant' });
    expect(counts.tokenRequests).toBe(0);
  });

  it('bring a newer refresh token from the partner’s own tenant when it is traded', async () => {
    const { exchange, calls } = aSource(() => ({
      json: { access_token: 'a', expires_in: 3_600, refresh_token: 'refresh-2' },
    }));
    expect(await exchange('main', 'refresh-1')).toBe('refresh-2');
    expect(calls[0]?.url).toBe('https://login.example/home/oauth2/v2.0/token');
    expect(new URLSearchParams(calls[0]?.body).get('refresh_token')).toBe('refresh-1');
  });

  it.each(['', '<html>', '{"access_token":""}', '[]'])('are away while the endpoint answers %j', async (body) => {
    const { tokens } = aSource(() => ({ status: 200, body }));
    await expect(tokens(want)).rejects.toMatchObject({ reason: 'away' });
  });
});

describe('tokens of the managed identity', () => {
  const at = Date.parse('2026-11-02T09:00:00.000Z');

  function anIdentity(answer: () => Scripted | Error) {
    const { clock, advance } = movedClock(at);
    const { http, calls } = scriptedHttp(answer);
    const options = { endpoint: 'http://identity.example/token', header: 'secret-header', clientId: 'identity-1' };
    return { identityToken: createIdentityToken({ http, clock, ...options }), calls, advance };
  }

  it('asks the platform as App Service describes it, and keeps the token until five minutes before its end', async () => {
    const expiresOn = String(at / 1_000 + 3_600);
    const { identityToken, calls, advance } = anIdentity(() => ({
      json: { access_token: 'mi', expires_on: expiresOn },
    }));
    expect(await identityToken('https://vault.example')).toBe('mi');
    const url = new URL(calls[0]?.url ?? '');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      resource: 'https://vault.example',
      'api-version': '2019-08-01',
      client_id: 'identity-1',
    });
    expect(calls[0]?.headers).toEqual({ 'x-identity-header': 'secret-header' });
    await advance(55 * minuteMs - 1);
    await identityToken('https://vault.example');
    expect(calls).toHaveLength(1);
    await advance(1);
    await identityToken('https://vault.example');
    expect(calls).toHaveLength(2);
  });

  it.each([
    ['refuses', () => ({ status: 400 })],
    ['is silent', () => new HttpFailure('timeout', 'silent')],
  ])('says away when the platform %s', async (_what, answer) => {
    const { identityToken } = anIdentity(answer);
    await expect(identityToken('x')).rejects.toMatchObject({ name: 'TokenFailure', reason: 'away' });
  });
});
