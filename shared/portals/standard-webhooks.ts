import { createHmac, timingSafeEqual } from 'node:crypto';
import { secondMs } from '../core/clock.ts';
import { limits } from '../core/limits.ts';

/** What a signature covers: the id, the time of sending, and the bytes of the body as they travel. */
type SignedMessage = { id: string; timestampSeconds: number; body: Uint8Array };

type Verdict =
  | { ok: true; id: string; timestampSeconds: number }
  | { ok: false; reason: 'header-missing' | 'bad-id' | 'bad-timestamp' | 'stale' | 'bad-signature' };

const secretPattern = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
/** Visible ASCII without the dot, which separates the signed parts: else `a.1` + `2` could pass for `a` + `1.2`. */
const idPattern = /^[\x21-\x2d\x2f-\x7e]{1,255}$/;
const timestampPattern = /^[1-9]\d{0,11}$/;
const signaturePattern = /^v1,([A-Za-z0-9+/]{43}=)$/;
/** More than any rotation needs; a header full of guesses is cut here. */
const maxSignatures = 8;

/** Whether a text may be a `webhook-id`: 1 to 255 visible ASCII characters, no dot. */
export const isWebhookId = (text: string): boolean => idPattern.test(text);

/**
 * The keys in a vault secret: one `whsec_…`, or two with a space between them while one replaces the other (the newer first).
 * Throws when any of them is not base64 of 24 to 64 bytes. Source: Standard Webhooks, "Signature scheme".
 */
export function parseWebhookSecrets(text: string): Buffer[] {
  const keys = text.trim().split(/\s+/).map(parseKey);
  if (keys.length > 2) throw new Error('a webhook secret holds one key, or two during a rotation');
  return keys;
}

function parseKey(secret: string): Buffer {
  const encoded = secretPattern.exec(secret)?.[1] ?? '';
  const key = Buffer.from(encoded, 'base64');
  const isCanonical = key.toString('base64') === encoded;
  if (!isCanonical || key.length < limits.webhookSecretBytesMin || key.length > limits.webhookSecretBytesMax) {
    throw new Error('a webhook key is not whsec_ and base64 of 24 to 64 bytes');
  }
  return key;
}

function macOf(key: Uint8Array, message: SignedMessage): Buffer {
  const hmac = createHmac('sha256', key);
  hmac.update(`${message.id}.${String(message.timestampSeconds)}.`);
  return hmac.update(message.body).digest();
}

/** The three headers of a signed webhook, with a signature per key. */
export function signWebhook(message: SignedMessage, keys: readonly Uint8Array[]): Record<string, string> {
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestampSeconds),
    'webhook-signature': keys.map((key) => `v1,${macOf(key, message).toString('base64')}`).join(' '),
  };
}

/**
 * Whether somebody who knows one of the keys sent exactly these bytes within the last five minutes. Stricter than the reference
 * libraries: bytes and not decoded text, whole numbers only, one spelling of each signature, every comparison in constant time.
 * Replays are the caller's to find, by the id.
 */
export function verifyWebhook(
  { headers, body }: { headers: Pick<Headers, 'get'>; body: Uint8Array },
  keys: readonly Uint8Array[],
  nowMs: number,
): Verdict {
  const id = headers.get('webhook-id');
  const timestamp = headers.get('webhook-timestamp');
  const signatures = headers.get('webhook-signature');
  if (id === null || timestamp === null || signatures === null) return { ok: false, reason: 'header-missing' };
  if (!isWebhookId(id)) return { ok: false, reason: 'bad-id' };
  if (!timestampPattern.test(timestamp)) return { ok: false, reason: 'bad-timestamp' };
  const timestampSeconds = Number(timestamp);
  const ageMs = Math.abs(nowMs - timestampSeconds * secondMs);
  if (ageMs > limits.webhookToleranceSeconds * secondMs) return { ok: false, reason: 'stale' };
  const expected = keys.map((key) => macOf(key, { id, timestampSeconds, body }));
  const isSigned = macsIn(signatures).some((given) => expected.some((mac) => timingSafeEqual(mac, given)));
  return isSigned ? { ok: true, id, timestampSeconds } : { ok: false, reason: 'bad-signature' };
}

/** The well-formed `v1` signatures of the header; other versions are for other verifiers. */
function macsIn(header: string): Buffer[] {
  const macs: Buffer[] = [];
  for (const signature of header.split(' ').slice(0, maxSignatures)) {
    const encoded = signaturePattern.exec(signature)?.[1];
    const mac = encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
    if (mac?.toString('base64') === encoded && mac !== undefined) macs.push(mac);
  }
  return macs;
}
