import { constants, createHash, generateKeyPairSync, privateEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import { makeCertificate } from './make-certificate.ts';
import type { CertificateVersion } from './state.ts';

const dayMs = 24 * 60 * 60 * 1000;
const name = { organisation: 'Lindmoor Cloud Partners', commonName: 'desk' };

/** Signed by itself, good from a day before now, or before its end where that lies in the past. */
export function newVaultCertificate(now: number, { days, registered }: { days: number; registered: boolean }) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const notAfter = now + days * dayMs;
  const certificate = makeCertificate({
    ...{ subject: name, issuer: name, publicKey, signedBy: privateKey },
    notBefore: Math.min(now, notAfter) - dayMs,
    notAfter,
  });
  return {
    version: randomBytes(16).toString('hex'),
    cer: certificate.raw.toString('base64'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    registered,
    at: now,
  } satisfies CertificateVersion;
}

export const x509Of = ({ cer }: CertificateVersion): X509Certificate => new X509Certificate(Buffer.from(cer, 'base64'));

/** By SHA-256 in base64url, as `x5t#S256` has it. */
export const thumbprintOf = ({ cer }: CertificateVersion): string =>
  createHash('sha256').update(Buffer.from(cer, 'base64')).digest('base64url');

const hashBytes = 32;
const sha256 = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

function mask(seed: Uint8Array, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / hashBytes) }, (_, index) =>
    sha256(seed, Uint8Array.of(0, 0, 0, index)),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

/**
 * RSASSA-PSS over a digest that somebody else has made, as a vault signs: RFC 8017, 9.1.1, with SHA-256, its mask generation
 * and a salt of 32 bytes. Node signs only what it has hashed itself.
 */
export function signDigest(version: CertificateVersion, digest: Uint8Array): Buffer {
  const bytes = (x509Of(version).publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const salt = randomBytes(hashBytes);
  const hash = sha256(new Uint8Array(8), digest, salt);
  const padding = new Uint8Array(bytes - 2 * hashBytes - 2);
  const block = Buffer.concat([padding, Uint8Array.of(1), salt]);
  const masked = mask(hash, block.length).map((byte, index) => byte ^ (block[index] ?? 0));
  masked[0] = (masked[0] ?? 0) & 0x7f;
  const encoded = Buffer.concat([masked, hash, Uint8Array.of(0xbc)]);
  return privateEncrypt({ key: version.key, padding: constants.RSA_NO_PADDING }, encoded);
}
