import { partner } from '../../local/microsoft/seed-world.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { systemIds } from '../../shared/core/ids.ts';
import { createClientAssertion } from '../../shared/platform/client-assertion.entra.ts';
import { createEntraTokens } from '../../shared/platform/entra-tokens.entra.ts';
import { createIdentityToken } from '../../shared/platform/managed-identity.entra.ts';
import { createHttp } from '../../shared/platform/node-http.http.ts';
import { createSigningCertificates } from '../../shared/platform/vault-certificates.keyvault.ts';
import { createVaultReader } from '../../shared/platform/vault.keyvault.ts';
import { azure, graph, partnerCenter, runningMicrosoft } from '../local-microsoft/running-microsoft.ts';

/** The real adapters, one behind the other, against the simulated Microsoft. */
export async function aTokenDesk(connection: typeof partner & { certificate?: string } = partner) {
  const microsoft = await runningMicrosoft();
  const settings = microsoft.settings as Record<string, string> & { KEY_VAULT_URI: string };
  const clock = { ...systemClock, now: () => microsoft.clock.now() };
  const http = createHttp({ clock });
  const { IDENTITY_ENDPOINT: endpoint = '', IDENTITY_HEADER: header = '', ENTRA_AUTHORITY: authority = '' } = settings;
  const identityToken = createIdentityToken({ http, clock, endpoint, header });
  const vault = {
    ...{ http, clock, vaultUri: settings.KEY_VAULT_URI },
    token: async () => identityToken('https://vault.azure.net'),
  };
  const readSecret = createVaultReader(vault);
  const clientAssertion = createClientAssertion({
    ...{ clock, ids: systemIds, identityToken, exchangeAudience: 'api://AzureADTokenExchange' },
    certificates: createSigningCertificates(vault),
  });
  const { tokens, counts, tryApplication } = createEntraTokens({
    http,
    clock,
    authority,
    audiences: { graph, partnercenter: partnerCenter, azure },
    connections: [connection],
    clientAssertion,
    readSecret,
  });
  return { microsoft, tokens, counts, readSecret, clientAssertion, tryApplication, identityToken };
}
