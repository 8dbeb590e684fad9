import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { customers, partner } from '../../local/microsoft/seed-world.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { createEntraTokens } from '../../shared/platform/entra-tokens.entra.ts';
import { createIdentityToken } from '../../shared/platform/managed-identity.entra.ts';
import { createHttp } from '../../shared/platform/node-http.http.ts';
import type { TokenWant } from '../../shared/platform/tokens.ts';
import { createVaultReader } from '../../shared/platform/vault.keyvault.ts';
import { azure, graph, partnerCenter, runningMicrosoft } from '../local-microsoft/running-microsoft.ts';

/** The real adapters, one behind the other, against the simulated Microsoft. */
async function aDesk() {
  const microsoft = await runningMicrosoft();
  const settings = microsoft.settings as Record<string, string> & { KEY_VAULT_URI: string };
  const clock = { ...systemClock, now: () => microsoft.clock.now() };
  const http = createHttp({ clock });
  const { IDENTITY_ENDPOINT: endpoint = '', IDENTITY_HEADER: header = '', ENTRA_AUTHORITY: authority = '' } = settings;
  const identityToken = createIdentityToken({ http, clock, endpoint, header });
  const readSecret = createVaultReader({
    http,
    clock,
    vaultUri: settings.KEY_VAULT_URI,
    token: async () => identityToken('https://vault.azure.net'),
  });
  const { tokens, counts } = createEntraTokens({
    http,
    clock,
    authority,
    audiences: { graph, partnercenter: partnerCenter, azure },
    connections: [partner],
    identityToken,
    exchangeAudience: 'api://AzureADTokenExchange',
    readSecret,
  });
  return { microsoft, tokens, counts, readSecret };
}

const [customer] = customers.filter((one) => one.consented === 'all');
const [stranger] = customers.filter((one) => one.consented === 'none');
const wantFor = (tenantId = ''): TokenWant => ({ tenantId, resource: 'graph', connectionId: partner.id });

describe('tokens over HTTP', () => {
  it('come for the application and for the person, from the identity, through the vault', async () => {
    const { tokens, counts } = await aDesk();
    const app = decodeJwt(await tokens(wantFor(customer?.tenantId)));
    expect(app).toMatchObject({ tid: customer?.tenantId, idtyp: 'app', appid: partner.clientId, aud: graph });
    const want = { tenantId: partner.tenantId, resource: 'partnercenter', connectionId: partner.id } as const;
    const person = decodeJwt(await tokens({ ...want, way: 'delegated' }));
    expect(person).toMatchObject({ tid: partner.tenantId, scp: 'user_impersonation', aud: partnerCenter });
    expect(counts.tokenRequests).toBe(2);
  });

  it('are refused where nobody consented and where there is no such tenant', async () => {
    const { tokens } = await aDesk();
    await expect(tokens(wantFor(stranger?.tenantId))).rejects.toMatchObject({ reason: 'app-missing' });
    const nowhere = wantFor('00000000-0000-4000-8000-000000000000');
    await expect(tokens(nowhere)).rejects.toMatchObject({ reason: 'tenant-unknown' });
  });

  it('wait when Entra throttles, and say away when it fails', async () => {
    const { tokens, microsoft } = await aDesk();
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

  it('open the vault, which says what it does not have', async () => {
    const { readSecret } = await aDesk();
    expect(await readSecret(partner.refreshTokenSecretName)).toBe(partner.refreshToken);
    await expect(readSecret('no-such-secret')).rejects.toMatchObject({ name: 'SecretMissing' });
  });
});
