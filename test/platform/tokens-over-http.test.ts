import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { customers, deskTenantId, managedIdentity, partner } from '../../local/microsoft/seed-world.ts';
import { createFederatedAs } from '../../shared/platform/managed-identity.entra.ts';
import type { TokenWant } from '../../shared/platform/tokens.ts';
import { graph, partnerCenter } from '../local-microsoft/running-microsoft.ts';
import { aTokenDesk } from './a-token-desk.ts';

const [customer] = customers.filter((one) => one.consented === 'all');
const [stranger] = customers.filter((one) => one.consented === 'none');
const wantFor = (tenantId = ''): TokenWant => ({ tenantId, resource: 'graph', connectionId: partner.id });

describe('tokens over HTTP', () => {
  it('come for the application and for the person, from the identity, through the vault', async () => {
    const { tokens, counts } = await aTokenDesk();
    const app = decodeJwt(await tokens(wantFor(customer?.tenantId)));
    expect(app).toMatchObject({ tid: customer?.tenantId, idtyp: 'app', appid: partner.clientId, aud: graph });
    const want = { tenantId: partner.tenantId, resource: 'partnercenter', connectionId: partner.id } as const;
    const person = decodeJwt(await tokens({ ...want, way: 'delegated' }));
    expect(person).toMatchObject({ tid: partner.tenantId, scp: 'user_impersonation', aud: partnerCenter });
    expect(counts.tokenRequests).toBe(2);
  });

  it('are refused where nobody consented and where there is no such tenant', async () => {
    const { tokens } = await aTokenDesk();
    await expect(tokens(wantFor(stranger?.tenantId))).rejects.toMatchObject({ reason: 'app-missing' });
    const nowhere = wantFor('00000000-0000-4000-8000-000000000000');
    await expect(tokens(nowhere)).rejects.toMatchObject({ reason: 'tenant-unknown' });
  });

  it('wait when Entra throttles, and say away when it fails', async () => {
    const { tokens, microsoft } = await aTokenDesk();
    await microsoft.control({ fault: { match: 'entra.token.post', status: 429, retryAfter: 7, times: 1 } });
    await expect(tokens(wantFor(customer?.tenantId))).rejects.toMatchObject({
      reason: 'throttled',
      retryAfterSeconds: 7,
    });
    await microsoft.advance(8);
    await microsoft.control({ fault: { match: 'entra.token.post', status: 503, times: 1 } });
    await expect(tokens(wantFor(customer?.tenantId))).rejects.toMatchObject({ reason: 'away' });
    expect(await tokens(wantFor(customer?.tenantId))).toBeTypeOf('string');
  });

  it('are tried for past every cache, and the identity that asks is named as a federated credential names it', async () => {
    const { microsoft, tokens, counts, tryApplication, identityToken } = await aTokenDesk();
    await tokens({ ...wantFor(partner.tenantId) });
    await tryApplication(partner.id);
    expect(counts.tokenRequests).toBe(2);
    const audience = 'api://AzureADTokenExchange';
    expect(await createFederatedAs(async () => identityToken(audience))()).toEqual({
      issuer: `${microsoft.baseUrl}/entra/${deskTenantId}/v2.0`,
      subject: managedIdentity.principalId,
      audience,
    });
    expect(await createFederatedAs(async () => Promise.resolve('no token'))()).toBeUndefined();
  });

  it('open the vault, which says what it does not have', async () => {
    const { readSecret } = await aTokenDesk();
    expect(await readSecret(partner.refreshTokenSecretName)).toBe(partner.refreshToken);
    await expect(readSecret('no-such-secret')).rejects.toMatchObject({ name: 'SecretMissing' });
  });
});
