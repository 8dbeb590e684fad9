import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { secondMs } from '../core/clock.ts';
import { toBase32 } from '../core/hash.ts';
import { limits } from '../core/limits.ts';
import { exactBytes } from './exact-bytes.ts';
import type { HmacDescription } from './hmac-description.ts';
import { parseTextSecrets } from './text-secret.ts';

type Verdict =
  | { ok: true; id: string }
  | { ok: false; reason: 'header-missing' | 'bad-id' | 'bad-timestamp' | 'stale' | 'bad-signature' };

const idPattern = /^[A-Za-z0-9_-]{1,255}$/;

const timestampPatterns = {
  'unix-seconds': /^[1-9]\d{9}$/,
  'unix-milliseconds': /^[1-9]\d{12}$/,
  'iso-8601': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/,
};

/** A name for a message that has none: the same bytes are the same event, for they hold its time (`field-map-schema.ts`). */
export const nameOfBody = (body: Uint8Array): string => toBase32(createHash('sha256').update(body).digest());

/** The keys that a vault secret is by this description. Throws where it is not what the description says. */
export const hmacKeys = (text: string, { key }: Pick<HmacDescription, 'key'>): Buffer[] =>
  parseTextSecrets(text).map((secret) => {
    if (key === 'text') return Buffer.from(secret);
    if (key === 'sha256-of-text') return createHash('sha256').update(secret).digest();
    const bytes = exactBytes(secret, key);
    if (bytes === undefined || bytes.length < 16) throw new Error(`the secret is not ${key} of at least 16 bytes`);
    return bytes;
  });

/** Whether somebody who knows one of the keys sent these bytes, and within five minutes where a time of sending is signed. */
export function verifyDescribedHmac(
  { headers, body }: { headers: Pick<Headers, 'get'>; body: Uint8Array },
  { hmac, keys }: { hmac: HmacDescription; keys: readonly Buffer[] },
  nowMs: number,
): Verdict {
  const shown = shownBy(headers, hmac);
  if (shown === undefined) return { ok: false, reason: 'header-missing' };
  const { id, timestamp, signature } = shown;
  if (hmac.id !== undefined && !idPattern.test(id)) return { ok: false, reason: 'bad-id' };
  const fault = hmac.timestamp && faultOfTime(timestamp, hmac.timestamp.format, nowMs);
  if (fault !== undefined) return { ok: false, reason: fault };
  const given = signatureIn(signature, hmac);
  const isSigned = given !== undefined && keys.some((key) => isMac(given, macOf({ id, timestamp, body }, hmac, key)));
  if (!isSigned) return { ok: false, reason: 'bad-signature' };
  return { ok: true, id: hmac.id === undefined ? nameOfBody(body) : id };
}

function shownBy(headers: Pick<Headers, 'get'>, hmac: HmacDescription) {
  const read = (name: string | undefined) => (name === undefined ? '' : headers.get(name));
  const [id, timestamp, signature] = [read(hmac.id?.header), read(hmac.timestamp?.header), read(hmac.header)];
  return id === null || timestamp === null || signature === null ? undefined : { id, timestamp, signature };
}

function faultOfTime(text: string, format: keyof typeof timestampPatterns, nowMs: number) {
  const sentMs = sentAt(text, format);
  if (sentMs === undefined) return 'bad-timestamp';
  return Math.abs(nowMs - sentMs) > limits.webhookToleranceSeconds * secondMs ? 'stale' : undefined;
}

/** Milliseconds since the epoch; nothing where the text is not a time in exactly this format. */
function sentAt(text: string, format: keyof typeof timestampPatterns): number | undefined {
  if (!timestampPatterns[format].test(text)) return undefined;
  if (format === 'unix-seconds') return Number(text) * secondMs;
  if (format === 'unix-milliseconds') return Number(text);
  const ms = Date.parse(text);
  // The 30th of February would be read as a day in March.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== text.slice(0, 19) ? undefined : ms;
}

function signatureIn(header: string, { prefix = '', encoding }: HmacDescription): Buffer | undefined {
  return header.startsWith(prefix) ? exactBytes(header.slice(prefix.length), encoding) : undefined;
}

type Parts = { id: string; timestamp: string; body: Uint8Array };

function macOf(parts: Parts, { algorithm, signed }: HmacDescription, key: Buffer): Buffer {
  const hmac = createHmac(algorithm, key);
  for (const part of signed) hmac.update(typeof part === 'string' ? parts[part] : part.text);
  return hmac.digest();
}

const isMac = (given: Buffer, mac: Buffer): boolean => given.length === mac.length && timingSafeEqual(given, mac);
