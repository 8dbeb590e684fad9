import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  callers,
  customers,
  deskApiAudience,
  deskTenantId,
  guidOf,
  managedIdentity,
  partner,
} from '../../local/microsoft/seed-world.ts';
import { graph, partnerCenter, runningMicrosoft } from './running-microsoft.ts';
import type { RunningMicrosoft } from './running-microsoft.ts';

const customer = customers[0]!;
const withoutConsent = customers.find((one) => one.consented === 'none')!;

const clientCredentials = { grant_type: 'client_credentials', scope: `${graph}/.default` };

const identityToken = async (microsoft: RunningMicrosoft, resource: string) => {
  const answer = await microsoft.call(`/identity?resource=${encodeURIComponent(resource)}&api-version=2019-08-01`, {
    headers: { 'x-identity-header': microsoft.settings.IDENTITY_HEADER! },
  });
  return answer;
};

describe('tokens', () => {
  it('verify through the keys that the tenant’s discovery document names', async () => {
    const microsoft = await runningMicrosoft();
    const discovery = await microsoft.call(`/entra/${customer.tenantId}/v2.0/.well-known/openid-configuration`);
    const answer = await microsoft.tokenCall(customer.tenantId, clientCredentials);

    const { payload, protectedHeader } = await jwtVerify(
      answer.textAt('access_token'),
      createRemoteJWKSet(new URL(discovery.textAt('jwks_uri'))),
      { issuer: discovery.textAt('issuer'), audience: graph, currentDate: new Date(microsoft.clock.now()) },
    );

    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({ tid: customer.tenantId, appid: partner.clientId, idtyp: 'app' });
    expect(discovery.textAt('issuer')).toBe(`${microsoft.settings.ENTRA_AUTHORITY!}/${customer.tenantId}/v2.0`);
    expect(answer.body).toMatchObject({ token_type: 'Bearer' });
    expect(answer.at('expires_in')).toBeGreaterThanOrEqual(3600);
    expect(answer.at('expires_in')).toBeLessThanOrEqual(4500);
    expect(payload.exp).toBe(Math.floor(microsoft.clock.now() / 1000) + Number(answer.at('expires_in')));
  });

  it('are issued for a tenant that is named by its domain', async () => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.tokenCall(customer.initialDomain, clientCredentials);
    expect(decodeJwt(answer.textAt('access_token')).tid).toBe(customer.tenantId);
  });

  it('are made for callers of the desk by the control endpoint', async () => {
    const microsoft = await runningMicrosoft();
    const [reader] = callers;
    const issue = (lifetimeSeconds: number) =>
      microsoft.call('/_control/tokens', {
        body: {
          tenantId: deskTenantId,
          audience: deskApiAudience,
          claims: { oid: reader.oid, name: reader.name, roles: reader.roles },
          lifetimeSeconds,
        },
      });
    const nowSeconds = Math.floor(microsoft.clock.now() / 1000);

    const good = decodeJwt((await issue(86_400)).textAt('token'));
    const expired = decodeJwt((await issue(-60)).textAt('token'));

    expect(good).toMatchObject({
      aud: deskApiAudience,
      tid: deskTenantId,
      roles: ['Desk.Read'],
      exp: nowSeconds + 86_400,
    });
    expect(expired.exp).toBe(nowSeconds - 60);
    expect(expired.nbf).toBeLessThan(expired.exp!);
  });

  it.each(['api://AzureADTokenExchange', 'api://AzureADTokenExchangeUSGov', 'api://AzureADTokenExchangeChina'])(
    'are given for a federated assertion of the managed identity to %s',
    async (audience) => {
      const microsoft = await runningMicrosoft();
      const assertion = (await identityToken(microsoft, audience)).textAt('access_token');
      const form = new URLSearchParams({
        ...clientCredentials,
        client_id: partner.clientId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      });
      const answer = await microsoft.call(`/entra/${customer.tenantId}/oauth2/v2.0/token`, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      });
      expect(answer.status).toBe(200);
      expect(decodeJwt(answer.textAt('access_token'))).toMatchObject({ tid: customer.tenantId, aud: graph });
    },
  );
});

describe('the token endpoint refuses', () => {
  type Refused = { what: string; tenant: string; form?: Record<string, string>; is: [number, string, number] };
  const here = customer.tenantId;
  it.each<Refused>([
    { what: 'an unknown tenant', tenant: guidOf('nobody'), is: [400, 'invalid_request', 90002] },
    { what: 'a tenant without consent', tenant: withoutConsent.tenantId, is: [400, 'unauthorized_client', 700016] },
    { what: 'a wrong secret', tenant: here, form: { client_secret: 'guess' }, is: [401, 'invalid_client', 7000215] },
    {
      what: 'an unknown application',
      tenant: here,
      form: { client_id: guidOf('x') },
      is: [400, 'unauthorized_client', 700016],
    },
    {
      what: 'an unknown resource',
      tenant: here,
      form: { scope: 'https://nowhere.example/.default' },
      is: [400, 'invalid_resource', 500011],
    },
    {
      what: 'a scope that is not .default',
      tenant: here,
      form: { scope: `${graph}/User.Read` },
      is: [400, 'invalid_scope', 1002012],
    },
    { what: 'another grant', tenant: here, form: { grant_type: 'password' }, is: [400, 'invalid_request', 900144] },
  ])('$what', async ({ tenant, form, is }) => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.tokenCall(tenant, { ...clientCredentials, ...form });
    expect([answer.status, answer.at('error'), answer.at('error_codes/0')]).toEqual(is);
    expect(answer.at('error_description')).toMatch(new RegExp(`^AADSTS${String(is[2])}: `));
    expect(answer.at('timestamp')).toBe('2026-11-24 09:00:00Z');
  });

  it('an application whose consent was withdrawn, until it is granted again', async () => {
    const microsoft = await runningMicrosoft();
    const { tenantId } = customer;
    await microsoft.control({ scenario: { consent: { tenantId, granted: false } } });
    const refused = await microsoft.tokenCall(tenantId, clientCredentials);
    await microsoft.control({ scenario: { consent: { tenantId, granted: true } } });
    const granted = await microsoft.tokenCall(tenantId, clientCredentials);

    expect([refused.status, refused.at('error'), refused.at('error_codes/0')]).toEqual([
      401,
      'unauthorized_client',
      7000229,
    ]);
    expect(granted.status).toBe(200);
  });

  it('an assertion that was made for another audience', async () => {
    const microsoft = await runningMicrosoft();
    const assertion = (await identityToken(microsoft, 'https://vault.azure.net')).textAt('access_token');
    const answer = await microsoft.tokenCall(customer.tenantId, {
      ...clientCredentials,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
    expect([answer.status, answer.at('error_codes/0')]).toEqual([400, 70021]);
  });
});

describe('a refresh token', () => {
  const refresh = (refreshToken: string) => ({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    scope: `${partnerCenter}/.default offline_access`,
  });

  it('is exchanged for a token of the integration account and a newer refresh token', async () => {
    const microsoft = await runningMicrosoft();
    const first = await microsoft.tokenCall(partner.tenantId, refresh(partner.refreshToken));
    const second = await microsoft.tokenCall(partner.tenantId, refresh(first.textAt('refresh_token')));

    expect(decodeJwt(first.textAt('access_token'))).toMatchObject({
      oid: partner.user.oid,
      scp: 'user_impersonation',
      amr: ['pwd', 'mfa'],
    });
    expect(first.textAt('refresh_token')).not.toBe(partner.refreshToken);
    expect(first.at('scope')).toBe(`${partnerCenter}/user_impersonation`);
    expect(second.status).toBe(200);
  });

  it('dies after 90 days of world time while a newer one lives on', async () => {
    const microsoft = await runningMicrosoft();
    await microsoft.advance(60 * 86_400);
    const rotated = await microsoft.tokenCall(partner.tenantId, refresh(partner.refreshToken));
    await microsoft.advance(31 * 86_400);
    const dead = await microsoft.tokenCall(partner.tenantId, refresh(partner.refreshToken));
    const alive = await microsoft.tokenCall(partner.tenantId, refresh(rotated.textAt('refresh_token')));

    expect([dead.status, dead.at('error'), dead.at('error_codes')]).toEqual([400, 'invalid_grant', [50173]]);
    expect(alive.status).toBe(200);
  });

  it('is dead once it is revoked', async () => {
    const microsoft = await runningMicrosoft();
    await microsoft.control({ scenario: { refreshToken: { revoked: true } } });
    const answer = await microsoft.tokenCall(partner.tenantId, refresh(partner.refreshToken));
    expect(answer.body).toMatchObject({ error: 'invalid_grant', error_codes: [50173] });
  });
});

describe('the managed identity endpoint', () => {
  it('answers in the form of App Service, on the world clock', async () => {
    const microsoft = await runningMicrosoft();
    const answer = await identityToken(microsoft, 'https://vault.azure.net');
    expect(answer.body).toMatchObject({ resource: 'https://vault.azure.net', token_type: 'Bearer' });
    expect(answer.at('client_id')).toBe(managedIdentity.clientId);
    expect(Number(answer.at('expires_on'))).toBeGreaterThan(microsoft.clock.now() / 1000);
    expect(decodeJwt(answer.textAt('access_token'))).toMatchObject({
      aud: 'https://vault.azure.net',
      sub: managedIdentity.principalId,
      tid: deskTenantId,
    });
  });

  const query = '?resource=x&api-version=2019-08-01';
  it.each([
    { what: 'without its header', query, header: '', status: 401 },
    { what: 'for an unknown identity', query: `${query}&client_id=${guidOf('x')}`, status: 400 },
    { what: 'without a resource', query: '?api-version=2019-08-01', status: 400 },
    { what: 'with another version', query: '?resource=x&api-version=2018-02-01', status: 400 },
  ])('refuses a call $what', async ({ query, header, status }) => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.call(`/identity${query}`, {
      headers: { 'x-identity-header': header ?? microsoft.settings.IDENTITY_HEADER! },
    });
    expect(answer.status).toBe(status);
  });
});

describe('the vault', () => {
  it('challenges a caller without a token', async () => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.call(`/vault/secrets/${partner.refreshTokenSecretName}?api-version=7.4`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer authorization="${microsoft.settings.ENTRA_AUTHORITY!}/${deskTenantId}", resource="https://vault.azure.net"`,
    );
  });

  it('holds the refresh token, and keeps every version of a secret', async () => {
    const microsoft = await runningMicrosoft();
    const identity = await identityToken(microsoft, 'https://vault.azure.net');
    const headers = { authorization: `Bearer ${identity.textAt('access_token')}` };
    const path = `/vault/secrets/${partner.refreshTokenSecretName}`;
    const seeded = await microsoft.call(`${path}?api-version=7.4`, { headers });
    const put = await microsoft.call(`${path}?api-version=7.4`, { headers, method: 'PUT', body: { value: 'newer' } });
    const latest = await microsoft.call(`${path}?api-version=7.4`, { headers });
    const old = await microsoft.call(`${seeded.at('id') as string}?api-version=7.4`, { headers });
    const versions = await microsoft.call(`${path}/versions?api-version=7.4`, { headers });
    const missing = await microsoft.call('/vault/secrets/nothing?api-version=7.4', { headers });

    expect(seeded.at('value')).toBe(partner.refreshToken);
    expect(latest.body).toEqual(put.body);
    expect([latest.at('value'), old.at('value')]).toEqual(['newer', partner.refreshToken]);
    expect(versions.at('value')).toHaveLength(2);
    expect([missing.status, missing.at('error/code')]).toEqual([404, 'SecretNotFound']);
  });
});

describe('the discovery document', () => {
  it('tells the one customer in the Government Community Cloud from the others', async () => {
    const microsoft = await runningMicrosoft();
    const scopes = await Promise.all(
      customers.map(async ({ tenantId }) => {
        const answer = await microsoft.call(`/entra/${tenantId}/v2.0/.well-known/openid-configuration`);
        return answer.at('tenant_region_sub_scope');
      }),
    );
    expect(scopes.filter((scope) => scope === 'GCC')).toHaveLength(1);
    expect(scopes[customers.findIndex(({ isGcc }) => isGcc)]).toBe('GCC');
  });
});
