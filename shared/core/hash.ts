import { createHash } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32, lower case, without padding: safe in table keys and URLs. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet.charAt((held << (5 - bits)) & 31) : text;
}

/** SHA-256 as 52 characters of base32. Parts are length-prefixed, so that no two lists of parts hash the same text. */
export function hashOf(...parts: string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${String(Buffer.byteLength(part))}:${part}`);
  return toBase32(hash.digest());
}

/** The five leading bits of a base32 text, 0–31: the shard of an id. */
export const shardOf = (id: string): number => Math.max(0, alphabet.indexOf(id.charAt(0)));

/** A GUID that is the same for the same parts: an id for a call that is made again. */
export function uuidOf(...parts: string[]): string {
  const hex = Buffer.from(hashOf(...parts)).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
