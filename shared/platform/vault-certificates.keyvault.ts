import { createHash, X509Certificate } from 'node:crypto';
import * as z from 'zod';
import { isAppError } from '../core/errors.ts';
import { jsonOf } from './http.ts';
import { SecretMissing } from './secret.ts';
import { TokenFailure } from './tokens.ts';
import { askVault, createVaultWords, isAway, VaultRefusal, type VaultOptions } from './vault-words.keyvault.ts';

/** A certificate as the desk uses it: all but its private key, which stays in the vault. Times in milliseconds since the epoch. */
export type SigningCertificate = {
  name: string;
  version: string;
  /** Of the certificate in DER, by SHA-256, in base64url. */
  thumbprint: string;
  startsAt: number;
  endsAt: number;
  enabled: boolean;
  isRsa: boolean;
};

export type SigningCertificates = {
  /** The present version, at most half a minute old. Throws {@link TokenFailure}. */
  current: (name: string) => Promise<SigningCertificate>;
  /** The vault's own signature (RSASSA-PSS with SHA-256, base64url) over a text. Throws {@link TokenFailure}. */
  sign: (certificate: Pick<SigningCertificate, 'name' | 'version'>, text: string) => Promise<string>;
};

/** `kid` is the key's own address: `{vault}/keys/{name}/{version}`; `cer` is DER in base64. */
const bundleSchema = z.object({
  kid: z.string(),
  cer: z.base64(),
  attributes: z.object({ enabled: z.boolean().default(true) }),
});
const signedSchema = z.object({ value: z.base64url().min(1) });

/**
 * Certificates in a Key Vault that the desk only reads and signs by (roles Key Vault Reader and Key Vault Crypto User). Source:
 * Microsoft docs, Key Vault REST API, "Get Certificate" and "Sign".
 */
export function createSigningCertificates(options: VaultOptions): SigningCertificates {
  const read = createVaultWords(options, 'certificates', certificateOf);
  return {
    current: async (name) => {
      try {
        return { name, ...(await read(name)) };
      } catch (cause) {
        throw failureOf(name, cause);
      }
    },
    sign: async ({ name, version }, text) => {
      const path = `keys/${encodeURIComponent(name)}/${encodeURIComponent(version)}/sign`;
      const digest = createHash('sha256').update(text).digest('base64url');
      try {
        const answer = await askVault(options, { path, method: 'POST', body: { alg: 'PS256', value: digest } });
        if (answer.status !== 200) throw notSigned(name, answer.status);
        return signedSchema.parse(jsonOf(answer.body)).value;
      } catch (cause) {
        throw failureOf(name, cause);
      }
    },
  };
}

function certificateOf(body: string): Omit<SigningCertificate, 'name'> {
  const { kid, cer, attributes } = bundleSchema.parse(JSON.parse(body));
  const der = Buffer.from(cer, 'base64');
  const { validFromDate, validToDate, publicKey } = new X509Certificate(der);
  return {
    version: kid.slice(kid.lastIndexOf('/') + 1),
    thumbprint: createHash('sha256').update(der).digest('base64url'),
    startsAt: validFromDate.getTime(),
    endsAt: validToDate.getTime(),
    enabled: attributes.enabled,
    isRsa: publicKey.asymmetricKeyType === 'rsa',
  };
}

const notSigned = (name: string, status: number): TokenFailure =>
  new TokenFailure(
    'client-refused',
    `the vault does not sign by the certificate ${name} (${String(status)}): the desk needs the role Key Vault Crypto User`,
  );

/** Whatever stops the desk from proving itself is a {@link TokenFailure}; bugs stay what they are. */
function failureOf(name: string, cause: unknown): unknown {
  if (cause instanceof SecretMissing) {
    return new TokenFailure('client-refused', `the vault has no certificate named ${name}`, { cause });
  }
  if (isAppError(cause, 'unavailable') && cause.cause instanceof VaultRefusal) {
    const message = `the vault does not show the certificate ${name}: the desk needs the role Key Vault Reader`;
    return new TokenFailure('client-refused', message, { cause });
  }
  if (cause instanceof TokenFailure && cause.reason === 'client-refused') return cause;
  if (isAway(cause) || isAppError(cause, 'unavailable')) {
    return new TokenFailure('away', 'the vault of the certificate is away', { cause });
  }
  const isUnreadable = cause instanceof z.ZodError || cause instanceof SyntaxError;
  return isUnreadable ? new TokenFailure('away', 'the vault of the certificate is unreadable', { cause }) : cause;
}
