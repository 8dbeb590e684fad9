import { limits } from '../shared/core/limits.ts';
import { clouds, type DeskCloud } from '../shared/customers/cloud.ts';
import { httpThrough, tokensThrough, type Circuits } from '../shared/platform/circuit.ts';
import type { Config } from '../shared/platform/config.ts';
import { createClientAssertion } from '../shared/platform/client-assertion.entra.ts';
import { createEntraTokens, refreshTokenSecret } from '../shared/platform/entra-tokens.entra.ts';
import { createKeepGrants } from '../shared/platform/keep-grants.ts';
import { createFederatedAs, createIdentityToken } from '../shared/platform/managed-identity.entra.ts';
import { createPacedHttp } from '../shared/platform/paced-http.ts';
import { createGrantRows } from '../shared/platform/partner-grant.ts';
import { createTryExchanges } from '../shared/platform/try-exchanges.ts';
import type { TokenSource } from '../shared/platform/tokens.ts';
import { createSigningCertificates } from '../shared/platform/vault-certificates.keyvault.ts';
import { createSecretVersions, createVaultReader } from '../shared/platform/vault.keyvault.ts';
import type { Services } from '../shared/platform/services.ts';

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** The cloud of this deployment, its endpoints and intervals as the settings have them. */
export function cloudOf(config: Config): DeskCloud {
  const known = clouds[config.MICROSOFT_CLOUD];
  return {
    cloud: config.MICROSOFT_CLOUD,
    connections: config.PARTNER_CONNECTIONS,
    endpoints: {
      graphBaseUrl: withoutSlash(config.GRAPH_BASE_URL ?? known.graphBaseUrl),
      partnerCenterBaseUrl: withoutSlash(config.PARTNER_CENTER_BASE_URL ?? known.partnerCenterBaseUrl),
      azureManagementBaseUrl: withoutSlash(config.AZURE_MANAGEMENT_BASE_URL ?? known.azureManagementBaseUrl),
    },
    healthPollMinutes: config.HEALTH_POLL_MINUTES,
    customerSyncMinutes: config.CUSTOMER_SYNC_MINUTES,
  };
}

const authorityOf = (config: Config): string =>
  withoutSlash(config.ENTRA_AUTHORITY ?? clouds[config.MICROSOFT_CLOUD].authority);

/** To Microsoft no faster than its limits allow, whichever part of the desk asks. */
export const pacedHttp = ({ http, clock }: Services, config: Config, { endpoints }: DeskCloud) =>
  createPacedHttp(http, clock, [
    { root: endpoints.graphBaseUrl, perSecond: limits.graphCallsPerSecond },
    { root: authorityOf(config), perSecond: limits.tokenRequestsPerSecond },
  ]);

/**
 * What escalations call by: within the rate of the Support API, and not at all while it, or the way to tokens, is down. The polls of
 * health have a brake of their own, and share neither.
 */
export function escalationPorts(
  { http, clock, tokens }: Pick<Services, 'http' | 'clock'> & { tokens: TokenSource },
  { endpoints }: DeskCloud,
  circuits: Circuits,
) {
  const paced = createPacedHttp(http, clock, [
    { root: endpoints.azureManagementBaseUrl, perSecond: limits.supportCallsPerSecond },
  ]);
  return {
    http: httpThrough(circuits.of('azure-support'), paced, clock),
    tokens: tokensThrough(circuits.of('entra'), tokens),
  };
}

/** How the desk proves itself to Microsoft: by its managed identity, a federated credential of the application, or a certificate. */
export function microsoft({ http, clock, ids, tables }: Services, config: Config) {
  const known = clouds[config.MICROSOFT_CLOUD];
  const authority = authorityOf(config);
  const identityToken = createIdentityToken({
    http,
    clock,
    endpoint: config.IDENTITY_ENDPOINT ?? '',
    header: config.IDENTITY_HEADER ?? '',
    ...(config.STORAGE__clientId !== undefined && { clientId: config.STORAGE__clientId }),
  });
  const vaultAt = (uri: string) => ({
    http,
    clock,
    vaultUri: withoutSlash(uri),
    token: async () => identityToken(known.vaultAudience),
  });
  const vault = vaultAt(config.KEY_VAULT_URI);
  const certificates =
    config.CERTIFICATE_VAULT_URI === undefined
      ? undefined
      : createSigningCertificates(vaultAt(config.CERTIFICATE_VAULT_URI));
  const clientAssertion = createClientAssertion({
    ...{ clock, ids, identityToken, certificates },
    exchangeAudience: known.tokenExchangeAudience,
  });
  const readSecret = createVaultReader(vault);
  const versions = createSecretVersions(vault);
  const grants = createGrantRows({ table: tables('desk'), clock });
  const { tokens, exchange, tryApplication } = createEntraTokens({
    http,
    clock,
    authority,
    // The audience is the cloud's own name of the API, wherever the settings say that it stands.
    audiences: {
      graph: known.graphBaseUrl,
      partnercenter: known.partnerCenterBaseUrl,
      azure: known.azureManagementBaseUrl,
    },
    connections: config.PARTNER_CONNECTIONS,
    clientAssertion,
    readSecret,
    grantChanged: grants.changed,
  });
  const tryExchanges = createTryExchanges({
    clock,
    connections: config.PARTNER_CONNECTIONS,
    tryApplication,
    identity: createFederatedAs(async () => identityToken(known.tokenExchangeAudience)),
  });
  const keepGrants = createKeepGrants({
    clock,
    connections: config.PARTNER_CONNECTIONS,
    rows: grants,
    versions,
    exchange,
    secretName: refreshTokenSecret,
  });
  return { tokens, clientAssertion, tryExchanges, readSecret, versions, authority, grants, keepGrants, certificates };
}
