import { randomBytes } from 'node:crypto';
import { authorize } from './cloud.ts';
import type { Cloud } from './cloud.ts';
import { jsonObject, Refusal } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { deskTenantId, managedIdentity } from './seed-world.ts';
import type { CertificateVersion, SecretVersion } from './state.ts';
import { signDigest, x509Of } from './vault-certificates.ts';

/**
 * Secrets of a Key Vault that the desk's managed identity may read and write, and certificates that it may read and sign by.
 * Microsoft docs: Key Vault REST.
 */
export function vaultRoutes(cloud: Cloud): Route[] {
  const guarded = (handle: (request: ApiRequest) => Reply | Promise<Reply>) => async (request: ApiRequest) => {
    await guard(cloud, request);
    return handle(request);
  };
  return [
    {
      name: 'vault.secrets.get',
      path: '/secrets/:name',
      handle: guarded((request) => oneSecret(cloud, request.param('name'))),
    },
    { name: 'vault.secrets.put', path: '/secrets/:name', handle: guarded((request) => setSecret(cloud, request)) },
    {
      name: 'vault.secrets.get',
      path: '/secrets/:name/versions',
      handle: guarded((request) => listVersions(cloud, request.param('name'))),
    },
    {
      name: 'vault.secrets.get',
      path: '/secrets/:name/:version',
      handle: guarded((request) => oneSecret(cloud, request.param('name'), request.param('version'))),
    },
    {
      name: 'vault.certificates.get',
      path: '/certificates/:name',
      handle: guarded((request) => oneCertificate(cloud, request.param('name').toLowerCase())),
    },
    {
      name: 'vault.keys.post',
      path: '/keys/:name/:version/sign',
      handle: guarded((request) => signed(cloud, request)),
    },
  ];
}

function vaultRefusal(status: number, code: string, message: string): Refusal {
  return new Refusal({ status, body: { error: { code, message } } });
}

async function guard(cloud: Cloud, request: ApiRequest): Promise<void> {
  const claims = await authorize(cloud, {
    request,
    api: 'vault',
    refuse: (trouble) =>
      new Refusal({
        status: 401,
        headers: {
          'www-authenticate': `Bearer authorization="${cloud.baseUrl}/entra/${deskTenantId}", resource="https://vault.azure.net"`,
        },
        body: { error: { code: 'Unauthorized', message: `AKV10000: The bearer token is ${trouble}.` } },
      }),
  });
  if (claims.oid !== managedIdentity.principalId) {
    throw vaultRefusal(403, 'Forbidden', 'The caller may not act on secrets of this vault.');
  }
  if (!/^\d/.test(request.query.get('api-version') ?? '')) {
    throw vaultRefusal(400, 'BadParameter', 'The query parameter api-version is missing.');
  }
}

function secretId(cloud: Cloud, name: string, version: string): string {
  return `${cloud.baseUrl}/vault/secrets/${name}/${version}`;
}

function attributes({ at }: Pick<SecretVersion | CertificateVersion, 'at'>) {
  const seconds = Math.floor(at / 1000);
  return { enabled: true, created: seconds, updated: seconds, recoveryLevel: 'Recoverable+Purgeable' };
}

function secretReply(cloud: Cloud, name: string, secret: SecretVersion): Reply {
  const { value, version, contentType } = secret;
  return {
    status: 200,
    body: { value, contentType, id: secretId(cloud, name, version), attributes: attributes(secret) },
  };
}

function versionsOf(cloud: Cloud, name: string): SecretVersion[] {
  const versions = cloud.state.secrets.get(name.toLowerCase());
  if (versions === undefined) {
    throw vaultRefusal(404, 'SecretNotFound', `A secret with the name ${name} was not found in this key vault.`);
  }
  return versions;
}

function oneSecret(cloud: Cloud, name: string, version?: string): Reply {
  const versions = versionsOf(cloud, name);
  const secret = version === undefined ? versions.at(-1) : versions.find((one) => one.version === version);
  if (secret === undefined) throw vaultRefusal(404, 'SecretNotFound', 'The secret has no such version.');
  return secretReply(cloud, name, secret);
}

function listVersions(cloud: Cloud, name: string): Reply {
  const value = versionsOf(cloud, name).map((secret) => ({
    id: secretId(cloud, name, secret.version),
    attributes: attributes(secret),
  }));
  return { status: 200, body: { value, nextLink: null } };
}

function oneCertificate(cloud: Cloud, name: string): Reply {
  const certificate = cloud.state.certificates.get(name)?.at(-1);
  if (!certificate)
    throw vaultRefusal(404, 'CertificateNotFound', `A certificate with the name ${name} was not found.`);
  const { version, cer } = certificate;
  const { validFromDate, validToDate } = x509Of(certificate);
  const at = (kind: string) => `${cloud.baseUrl}/vault/${kind}/${name}/${version}`;
  return {
    status: 200,
    body: {
      ...{ id: at('certificates'), kid: at('keys'), sid: at('secrets'), cer },
      attributes: {
        ...attributes(certificate),
        nbf: validFromDate.getTime() / 1000,
        exp: validToDate.getTime() / 1000,
      },
    },
  };
}

/** Signs a digest by the key behind a certificate. */
function signed(cloud: Cloud, request: ApiRequest): Reply {
  const [name, version] = [request.param('name').toLowerCase(), request.param('version')];
  const certificate = cloud.state.certificates.get(name)?.find((one) => one.version === version);
  if (!certificate) throw vaultRefusal(404, 'KeyNotFound', `A key with (name/id) ${name}/${version} was not found.`);
  const body = jsonObject(request.body);
  const digest = typeof body?.value === 'string' ? Buffer.from(body.value, 'base64url') : undefined;
  if (body?.alg !== 'PS256' || digest?.length !== 32) {
    throw vaultRefusal(400, 'BadParameter', 'alg must be PS256 here, and value a digest of 32 bytes in base64url.');
  }
  const kid = `${cloud.baseUrl}/vault/keys/${name}/${version}`;
  return { status: 200, body: { kid, value: signDigest(certificate, digest).toString('base64url') } };
}

async function setSecret(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  const name = request.param('name').toLowerCase();
  if (!/^[0-9a-z-]{1,127}$/.test(name))
    throw vaultRefusal(400, 'BadParameter', 'The name of the secret is not allowed.');
  const body = jsonObject(request.body);
  const contentType = body?.contentType;
  if (typeof body?.value !== 'string' || (contentType !== undefined && typeof contentType !== 'string')) {
    throw vaultRefusal(
      400,
      'BadParameter',
      'The body must hold a value, and a contentType as text where there is one.',
    );
  }
  const secret = { version: randomBytes(16).toString('hex'), value: body.value, at: cloud.now(), contentType };
  await cloud.commit({ type: 'secret-set', name, ...secret });
  return secretReply(cloud, name, secret);
}
