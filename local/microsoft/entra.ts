import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { audiences } from './cloud.ts';
import type { Cloud } from './cloud.ts';
import { entraRefusal } from './entra-errors.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { delegatedToken } from './person-tokens.ts';
import { customers, deskTenantId, guidOf, managedIdentity, partner } from './seed-world.ts';
import { redeemCode, signInPage } from './sign-in.ts';
import { apiOf, nextLifetimeSeconds, tokenReply } from './token-reply.ts';
import { thumbprintOf, x509Of } from './vault-certificates.ts';

/** Each cloud has its own. Microsoft docs: workload identity federation. */
const federationAudiences = ['', 'USGov', 'China'].map((cloud) => `api://AzureADTokenExchange${cloud}`);
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** `https://graph.windows.net` still gets tokens, which the APIs then refuse. */
const knownResources: readonly string[] = [...Object.values(audiences).flat(), 'https://graph.windows.net'];

const applicationRoles: Partial<Record<keyof typeof audiences, string[]>> = {
  graph: ['ServiceHealth.Read.All', 'ServiceMessage.Read.All'],
};

/** Discovery, keys, the sign-in page and the token endpoint, per tenant; a tenant is named by its id or one of its domains. */
export function entraRoutes(cloud: Cloud): Route[] {
  return [
    {
      name: 'entra.discovery.get',
      path: '/:tenant/v2.0/.well-known/openid-configuration',
      handle: (request) => discovery(cloud, tenantOf(cloud, request)),
    },
    {
      name: 'entra.keys.get',
      path: '/:tenant/discovery/v2.0/keys',
      handle: (request) => {
        tenantOf(cloud, request);
        return { status: 200, body: cloud.tokens.jwks };
      },
    },
    {
      name: 'entra.authorize.get',
      path: '/:tenant/oauth2/v2.0/authorize',
      handle: (request) => signInPage(cloud, tenantOf(cloud, request), request),
    },
    { name: 'entra.token.post', path: '/:tenant/oauth2/v2.0/token', handle: (request) => token(cloud, request) },
  ];
}

function tenantOf(cloud: Cloud, request: ApiRequest): string {
  const named = request.param('tenant').toLowerCase();
  const customer = customers.find((one) => [one.tenantId, one.initialDomain, one.customDomain].includes(named));
  if (customer) return customer.tenantId;
  if (named === deskTenantId || named === partner.tenantId) return named;
  throw entraRefusal(90002, cloud.now());
}

function discovery(cloud: Cloud, tenantId: string): Reply {
  const isGcc = customers.some((customer) => customer.tenantId === tenantId && customer.isGcc);
  const tenantUrl = `${cloud.baseUrl}/entra/${tenantId}`;
  return {
    status: 200,
    body: {
      issuer: cloud.tokens.issuerOf(tenantId),
      token_endpoint: `${tenantUrl}/oauth2/v2.0/token`,
      authorization_endpoint: `${tenantUrl}/oauth2/v2.0/authorize`,
      jwks_uri: `${tenantUrl}/discovery/v2.0/keys`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      tenant_region_scope: isGcc ? 'NA' : 'EU',
      ...(isGcc && { tenant_region_sub_scope: 'GCC' }),
    },
  };
}

async function token(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  const tenantId = tenantOf(cloud, request);
  const form = new URLSearchParams(request.body);
  const grantType = form.get('grant_type');
  if (grantType === null || !grantTypes.includes(grantType)) {
    throw entraRefusal(900144, cloud.now(), ` 'grant_type' must be one of ${grantTypes.join(', ')}.`);
  }
  await authenticateClient(cloud, tenantId, form);
  const resource = resourceOf(cloud, { scope: form.get('scope') ?? '', grantType });
  if (grantType === 'client_credentials') return applicationToken(cloud, tenantId, resource);
  if (grantType === 'authorization_code') return redeemCode(cloud, { tenantId, resource, form });
  return delegatedToken(cloud, { tenantId, resource, refreshToken: form.get('refresh_token') ?? '' });
}

const grantTypes: readonly string[] = ['client_credentials', 'refresh_token', 'authorization_code'];

async function authenticateClient(cloud: Cloud, tenantId: string, form: URLSearchParams): Promise<void> {
  const now = cloud.now();
  if (form.get('client_id')?.toLowerCase() !== partner.clientId) throw entraRefusal(700016, now);
  const assertion = form.get('client_assertion');
  if (assertion === null) {
    if (form.get('client_secret') !== partner.clientSecret) throw entraRefusal(7000215, now);
    return;
  }
  if (form.get('client_assertion_type') !== assertionType) {
    throw entraRefusal(900144, now, ` 'client_assertion_type' must be ${assertionType}.`);
  }
  const thumbprint = thumbprintIn(assertion);
  if (thumbprint !== undefined) {
    await authenticateByCertificate(cloud, { tenantId, assertion, thumbprint });
    return;
  }
  const verified = await cloud.tokens.verify(assertion);
  if (verified.kind === 'expired') throw entraRefusal(700024, now);
  if (verified.kind === 'invalid') throw entraRefusal(700027, now);
  const { tid, sub, aud } = verified.claims;
  const isManagedIdentity = tid === deskTenantId && sub === managedIdentity.principalId;
  const isFederated = isManagedIdentity && federationAudiences.includes(aud);
  if (!isFederated) throw entraRefusal(70021, now);
}

function thumbprintIn(assertion: string): string | undefined {
  try {
    const thumbprint = decodeProtectedHeader(assertion)['x5t#S256'];
    return typeof thumbprint === 'string' ? thumbprint : undefined;
  } catch {
    return undefined;
  }
}

type Signed = { tenantId: string; assertion: string; thumbprint: string };

/** Microsoft docs: "certificate credentials". The registration knows a certificate's end, and takes nothing after it. */
async function authenticateByCertificate(cloud: Cloud, { tenantId, assertion, thumbprint }: Signed): Promise<void> {
  const now = cloud.now();
  const registered = [...cloud.state.certificates.values()].flat().filter((one) => one.registered);
  const certificate = registered.find((one) => thumbprintOf(one) === thumbprint);
  if (!certificate) throw entraRefusal(700027, now, ' The key was not found.');
  const { publicKey, validToDate } = x509Of(certificate);
  if (now >= validToDate.getTime()) throw entraRefusal(700027, now, ' The key used is expired.');
  try {
    await jwtVerify(assertion, publicKey, {
      algorithms: ['PS256', 'RS256'],
      issuer: partner.clientId,
      subject: partner.clientId,
      audience: `${cloud.baseUrl}/entra/${tenantId}/oauth2/v2.0/token`,
      requiredClaims: ['exp', 'nbf', 'jti'],
      currentDate: new Date(now),
    });
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw entraRefusal(700024, now);
    const isAudience = error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud';
    throw entraRefusal(isAudience ? 700023 : 700027, now);
  }
}

function resourceOf(cloud: Cloud, { scope, grantType }: { scope: string; grantType: string }): string {
  const openIdScopes = ['openid', 'profile', 'email', 'offline_access'];
  const wanted = scope.split(' ').find((one) => one !== '' && !openIdScopes.includes(one));
  if (wanted === undefined) throw entraRefusal(900144, cloud.now(), " 'scope' is missing.");
  if (grantType === 'client_credentials' && !wanted.endsWith('/.default')) {
    throw entraRefusal(1002012, cloud.now(), ` The scope was ${wanted}.`);
  }
  const resource = wanted.slice(0, wanted.lastIndexOf('/'));
  if (!knownResources.includes(resource.replace(/\/+$/, ''))) {
    throw entraRefusal(500011, cloud.now(), ` The resource was ${resource}.`);
  }
  return resource;
}

async function applicationToken(cloud: Cloud, tenantId: string, resource: string): Promise<Reply> {
  const consent = cloud.state.consents.get(tenantId) ?? 'granted';
  // With any consent the application is in the tenant: then it gets a token, in which the permissions that it lacks are missing.
  const isThere = consent === 'granted' || cloud.state.delegatedConsents.get(tenantId) === 'granted';
  if (!isThere) throw entraRefusal(consent === 'never' ? 700016 : 7000229, cloud.now());
  const principalId = guidOf(`service-principal:${tenantId}:${partner.clientId}`);
  const api = apiOf(resource);
  const lifetimeSeconds = nextLifetimeSeconds();
  const claims = {
    appid: partner.clientId,
    azp: partner.clientId,
    idtyp: 'app',
    oid: principalId,
    sub: principalId,
    roles: api && consent === 'granted' ? applicationRoles[api] : undefined,
  };
  const accessToken = await cloud.tokens.issue({ tenantId, audience: resource, claims, lifetimeSeconds });
  return tokenReply({ accessToken, lifetimeSeconds });
}
