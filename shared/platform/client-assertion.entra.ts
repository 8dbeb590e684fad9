import { minuteMs, secondMs, toIso, type Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import { createExpiringCache } from './expiring-cache.ts';
import type { IdentityToken } from './managed-identity.entra.ts';
import { TokenFailure } from './tokens.ts';
import type { SigningCertificate, SigningCertificates } from './vault-certificates.keyvault.ts';

/** By what a connection's application proves itself; `certificate` names one in the vault that the desk only reads. */
export type AssertingConnection = { clientId: string; certificate?: string | undefined };

/**
 * The `client_assertion` of a connection's application for a token endpoint, made anew where the last one has got old. Throws
 * {@link TokenFailure}.
 */
export type ClientAssertion = (connection: AssertingConnection, tokenEndpoint: string) => Promise<string>;

export const tokenEndpointOf = (authority: string, tenantId: string): string =>
  `${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;

/** The form of a token request, in which the application proves itself. Throws {@link TokenFailure}. */
export async function provenForm(
  { clientAssertion }: { clientAssertion: ClientAssertion },
  { endpoint, connection }: { endpoint: string; connection: AssertingConnection },
  asking: Record<string, string>,
): Promise<URLSearchParams> {
  return new URLSearchParams({
    client_id: connection.clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await clientAssertion(connection, endpoint),
    ...asking,
  });
}

type AssertionOptions = {
  clock: Clock;
  ids: Pick<Ids, 'newId'>;
  identityToken: IdentityToken;
  /** Audience of federated credentials in this cloud, such as `api://AzureADTokenExchange`. */
  exchangeAudience: string;
  /** Absent where the settings name no vault of certificates. */
  certificates?: SigningCertificates | undefined;
};

const lifeMs = 10 * minuteMs;
/** An assertion that is used again is still good for this long: for clocks that differ, and for the call itself. */
const spareMs = 5 * minuteMs;
/** The partner's own tenant is asked for several APIs; each other tenant's assertion is of little use for longer. */
const maxAssertions = 1_000;

/** A token of the managed identity (workload identity federation), or where the connection names one, a certificate's signature. */
export function createClientAssertion(options: AssertionOptions): ClientAssertion {
  const { clock, certificates, identityToken, exchangeAudience } = options;
  const kept = createExpiringCache<string>(clock, maxAssertions);
  return async ({ clientId, certificate: name }, tokenEndpoint) => {
    if (name === undefined) return identityToken(exchangeAudience);
    if (!certificates) throw new Error('a connection names a certificate, and there is no vault for it');
    const certificate = fitCertificate(await certificates.current(name), clock.now());
    return kept([clientId, tokenEndpoint, certificate.thumbprint].join('|'), async () => {
      const unsigned = unsignedJwt(options, { clientId, tokenEndpoint, certificate });
      const signature = await certificates.sign(certificate, unsigned);
      return { value: `${unsigned}.${signature}`, until: clock.now() + lifeMs - spareMs };
    });
  };
}

/** The certificate, where Entra may take it now. Throws {@link TokenFailure}. */
export function fitCertificate(certificate: SigningCertificate, now: number): SigningCertificate {
  const { name, startsAt, endsAt, enabled, isRsa } = certificate;
  const fault =
    (!enabled && 'is disabled in the vault') ||
    (!isRsa && 'has no RSA key, which Entra asks for') ||
    (now >= endsAt && `ended at ${toIso(endsAt)}`) ||
    (now < startsAt && `begins at ${toIso(startsAt)} only`);
  if (fault !== false) throw new TokenFailure('client-refused', `the certificate ${name} ${fault}`);
  return certificate;
}

type Unsigned = { clientId: string; tokenEndpoint: string; certificate: SigningCertificate };

/** Source: Microsoft docs, "Microsoft identity platform application authentication certificate credentials". */
function unsignedJwt({ clock, ids }: AssertionOptions, { clientId, tokenEndpoint, certificate }: Unsigned): string {
  const issuedAt = Math.floor(clock.now() / secondMs);
  const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': certificate.thumbprint };
  const claims = {
    aud: tokenEndpoint,
    iss: clientId,
    sub: clientId,
    jti: ids.newId(),
    nbf: issuedAt,
    iat: issuedAt,
    exp: issuedAt + lifeMs / secondMs,
  };
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}
