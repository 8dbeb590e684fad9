import type { Cloud } from './cloud.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { deskTenantId, managedIdentity } from './seed-world.ts';

const lifetimeSeconds = 24 * 60 * 60;

/**
 * The managed identity endpoint of App Service: query `resource`, `api-version=2019-08-01`, optional `client_id`; header
 * X-IDENTITY-HEADER. Microsoft docs: How to use managed identities for App Service, REST endpoint reference.
 */
export function identityRoutes(cloud: Cloud): Route[] {
  return [{ name: 'identity.token.get', path: '', handle: (request) => identityToken(cloud, request) }];
}

function failure(status: number, message: string): Reply {
  return { status, body: { statusCode: status, message } };
}

async function identityToken(cloud: Cloud, { query, headers }: ApiRequest): Promise<Reply> {
  if (headers['x-identity-header'] !== managedIdentity.header) return failure(401, 'X-IDENTITY-HEADER is wrong.');
  if (query.get('api-version') !== '2019-08-01') return failure(400, 'api-version must be 2019-08-01.');
  const resource = query.get('resource');
  if (resource === null || resource === '') return failure(400, 'resource is missing.');
  // One identity lives here, so that asking for none means this one.
  const clientId = query.get('client_id') ?? managedIdentity.clientId;
  if (clientId.toLowerCase() !== managedIdentity.clientId)
    return failure(400, 'No managed identity has this client_id.');

  const { principalId } = managedIdentity;
  const claims = { appid: clientId, azp: clientId, idtyp: 'app', oid: principalId, sub: principalId };
  const accessToken = await cloud.tokens.issue({
    tenantId: deskTenantId,
    audience: resource.replace(/\/+$/, ''),
    claims,
    lifetimeSeconds,
  });
  return {
    status: 200,
    body: {
      access_token: accessToken,
      client_id: clientId,
      expires_on: String(Math.floor(cloud.now() / 1000) + lifetimeSeconds),
      resource,
      token_type: 'Bearer',
    },
  };
}
