import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { customers, partner } from '../../local/microsoft/seed-world.ts';
import { tokenEndpointOf } from '../../shared/platform/client-assertion.entra.ts';
import type { TokenWant } from '../../shared/platform/tokens.ts';
import { graph } from '../local-microsoft/running-microsoft.ts';
import { aTokenDesk } from './a-token-desk.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const certificate = 'desk-login';
const connection = { ...partner, certificate };
const [customer] = customers.filter((one) => one.consented === 'all');
const inCustomer: TokenWant = { tenantId: customer?.tenantId ?? '', resource: 'graph', connectionId: partner.id };
const atHome: TokenWant = { tenantId: partner.tenantId, resource: 'partnercenter', connectionId: partner.id };

async function aCertifiedDesk(given?: { days?: number; registered?: boolean }) {
  const desk = await aTokenDesk(connection);
  const put = async (more: { days?: number; registered?: boolean }) =>
    desk.microsoft.control({ scenario: { certificate: { name: certificate, ...more } } });
  if (given) await put(given);
  const signatures = async () => {
    const calls = (await desk.microsoft.told()).at('calls') as { path: string }[];
    return calls.filter(({ path }) => path.endsWith('/sign')).length;
  };
  return { ...desk, put, signatures };
}

describe('a certificate in the vault', () => {
  it('proves the application for itself and for the partner’s person, in any tenant', async () => {
    const { tokens } = await aCertifiedDesk({});
    expect(decodeJwt(await tokens(inCustomer))).toMatchObject({ tid: customer?.tenantId, idtyp: 'app' });
    expect(decodeJwt(await tokens({ ...atHome, way: 'delegated' }))).toMatchObject({ scp: 'user_impersonation' });
  });

  it('signs assertions as Microsoft asks for them, each for one token endpoint and ten minutes', async () => {
    const { clientAssertion, microsoft } = await aCertifiedDesk({});
    const endpoint = tokenEndpointOf(`${microsoft.baseUrl}/entra`, partner.tenantId);
    const assertion = await clientAssertion(connection, endpoint);
    expect(decodeProtectedHeader(assertion)).toEqual({
      alg: 'PS256',
      typ: 'JWT',
      'x5t#S256': expect.stringMatching(/^[\w-]{43}$/) as string,
    });
    const now = microsoft.clock.now() / 1_000;
    const { jti, exp = 0, ...claims } = decodeJwt(assertion);
    expect(claims).toEqual({ aud: endpoint, iss: partner.clientId, sub: partner.clientId, nbf: now, iat: now });
    expect(jti).toBeTypeOf('string');
    expect(exp - now).toBe(600);
  });

  it('signs for one tenant alone: another one, and other words under the same signature, are refused', async () => {
    const { clientAssertion, microsoft } = await aCertifiedDesk({});
    const assertion = await clientAssertion(
      connection,
      tokenEndpointOf(`${microsoft.baseUrl}/entra`, partner.tenantId),
    );
    const codeOf = async (tenantId: string, client_assertion: string) => {
      const form = { grant_type: 'client_credentials', scope: `${graph}/.default`, client_assertion };
      const answer = await microsoft.tokenCall(tenantId, { ...form, client_assertion_type: assertionType });
      return answer.at('error_codes/0');
    };
    const [header = '', , signature = ''] = assertion.split('.');
    const claims = { ...decodeJwt(assertion), exp: 4_000_000_000 };
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    expect(await codeOf(customer?.tenantId ?? '', assertion)).toBe(700023);
    expect(await codeOf(partner.tenantId, forged)).toBe(700027);
    expect(await codeOf(partner.tenantId, assertion)).toBeUndefined();
  });

  it('is asked for one signature for all APIs of a tenant, and for another five minutes later', async () => {
    const { tokens, clientAssertion, microsoft, signatures } = await aCertifiedDesk({});
    await Promise.all([
      tokens(atHome),
      tokens({ ...atHome, resource: 'graph' }),
      tokens({ ...atHome, way: 'delegated' }),
    ]);
    expect(await signatures()).toBe(1);
    const endpoint = tokenEndpointOf(`${microsoft.baseUrl}/entra`, partner.tenantId);
    await microsoft.advance(299);
    await clientAssertion(connection, endpoint);
    expect(await signatures()).toBe(1);
    await microsoft.advance(1);
    await clientAssertion(connection, endpoint);
    expect(await signatures()).toBe(2);
  });

  it('is taken from its newest version within half a minute', async () => {
    const { clientAssertion, put, microsoft, tokens } = await aCertifiedDesk({});
    const thumbprint = async () =>
      decodeProtectedHeader(await clientAssertion(connection, tokenEndpointOf(`${microsoft.baseUrl}/entra`, 'home')))[
        'x5t#S256'
      ];
    const before = await thumbprint();
    await put({});
    await microsoft.advance(30);
    expect(await thumbprint()).not.toBe(before);
    expect(await tokens(inCustomer)).toBeTypeOf('string');
  });

  it.each([
    ['that has ended, before Entra is asked', { days: -1 }, /desk-login ended at/],
    ['that the registration does not know', { registered: false }, /AADSTS700027/],
    ['that is not there', undefined, /no certificate named desk-login/],
  ])('gives no token where it is one %s, and says so', async (_what, given, message) => {
    const { tokens } = await aCertifiedDesk(given);
    const failure = {
      name: 'TokenFailure',
      reason: 'client-refused',
      message: expect.stringMatching(message) as string,
    };
    await expect(tokens(inCustomer)).rejects.toMatchObject(failure);
  });

  it('names the role that the desk lacks where the vault does not show it, or does not sign', async () => {
    const { tokens, microsoft } = await aCertifiedDesk({});
    await microsoft.control({ fault: { match: 'vault.certificates.get', status: 403, times: 1 } });
    await expect(tokens(inCustomer)).rejects.toThrow(/Key Vault Reader/);
    await microsoft.advance(60);
    await microsoft.control({ fault: { match: 'vault.keys.post', status: 403, times: 1 } });
    await expect(tokens(inCustomer)).rejects.toThrow(/Key Vault Crypto User/);
    await microsoft.advance(60);
    expect(await tokens(inCustomer)).toBeTypeOf('string');
  });

  it('is away with its vault: the next who asks tries at once again', async () => {
    const { tokens, microsoft } = await aCertifiedDesk({});
    for (const match of ['vault.certificates.get', 'vault.keys.post']) {
      await microsoft.control({ fault: { match, status: 503, times: 1 } });
      await expect(tokens(inCustomer)).rejects.toMatchObject({ reason: 'away' });
    }
    expect(await tokens(inCustomer)).toBeTypeOf('string');
  });
});
