import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { exactBytes } from './exact-bytes.ts';

/** An ed25519 public key as Standard Webhooks writes it: `whpk_` and base64 of 32 bytes. */
export const publicKeyPattern = /^whpk_([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)$/;

/** Throws where the text is no such key. */
export function parsePublicKey(text: string): KeyObject {
  const bytes = exactBytes(publicKeyPattern.exec(text)?.[1] ?? '', 'base64');
  if (bytes === undefined) throw new Error('a public key is not whpk_ and base64 of 32 bytes');
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') } });
}

/** Ed25519 of RFC 8032, without a hash before it. */
export const isSignedWith = (key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean =>
  verify(null, message, key, signature);
