import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { secondMs } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { exactBytes } from './exact-bytes.ts';
import { isSignedWith } from './public-key.ts';

/** What a signature covers: the id, the time of sending, and the bytes of the body as they travel. */
type SignedMessage = { id: string; timestampSeconds: number; body: Uint8Array };

type Verdict =
  | { ok: true; id: string; timestampSeconds: number }
  | { ok: false; reason: 'header-missing' | 'bad-id' | 'bad-timestamp' | 'stale' | 'bad-signature' };

/**
 * A shared secret (bytes) is good for `v1` alone and a public key for `v1a` alone: else whoever knows the public key, and that is
 * everybody, could use it as a secret.
 */
export type WebhookKey = Uint8Array | KeyObject;

const secretPattern = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
/** Visible ASCII without the dot, which separates the signed parts: else `a.1` + `2` could pass for `a` + `1.2`. */
const idPattern = /^[\x21-\x2d\x2f-\x7e]{1,255}$/;
const timestampPattern = /^[1-9]\d{0,11}$/;
/** 32 bytes of HMAC-SHA256, or 64 of ed25519. */
const signaturePattern = /^(?:(v1),([A-Za-z0-9+/]{43}=)|(v1a),([A-Za-z0-9+/]{86}==))$/;
/** More than any rotation needs; a header full of guesses is cut here. */
const maxSignatures = 8;
/** Fewer, because each costs as much as a hundred of the others. */
const maxAsymmetric = 2;

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
  const key = exactBytes(secretPattern.exec(secret)?.[1] ?? '', 'base64');
  if (key === undefined || key.length < limits.webhookSecretBytesMin || key.length > limits.webhookSecretBytesMax) {
    throw new Error('a webhook key is not whsec_ and base64 of 24 to 64 bytes');
  }
  return key;
}

const headOf = ({ id, timestampSeconds }: SignedMessage): string => `${id}.${String(timestampSeconds)}.`;

const macOf = (key: Uint8Array, message: SignedMessage): Buffer =>
  createHmac('sha256', key).update(headOf(message)).update(message.body).digest();

/** The three headers of a signed webhook, with a signature per key. */
export function signWebhook(message: SignedMessage, keys: readonly Uint8Array[]): Record<string, string> {
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestampSeconds),
    'webhook-signature': keys.map((key) => `v1,${macOf(key, message).toString('base64')}`).join(' '),
  };
}

/**
 * Whether somebody who holds one of the keys sent exactly these bytes within the last five minutes. Stricter than the reference
 * libraries: bytes and not decoded text, whole numbers only, one spelling of each signature, every comparison in constant time.
 * Replays are the caller's to find, by the id.
 */
export function verifyWebhook(
  { headers, body }: { headers: Pick<Headers, 'get'>; body: Uint8Array },
  keys: readonly WebhookKey[],
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
  const isSigned = holds(signaturesIn(signatures), keys, { id, timestampSeconds, body });
  return isSigned ? { ok: true, id, timestampSeconds } : { ok: false, reason: 'bad-signature' };
}

type Given = { v1: Buffer[]; v1a: Buffer[] };

/** The well-formed signatures of the header; other versions are for other verifiers. */
function signaturesIn(header: string): Given {
  const given: Given = { v1: [], v1a: [] };
  for (const text of header.split(' ').slice(0, maxSignatures)) {
    const [, , symmetric, asymmetric, encoded] = signaturePattern.exec(text) ?? [];
    const bytes = exactBytes(symmetric ?? encoded ?? '', 'base64');
    if (bytes !== undefined) given[asymmetric === undefined ? 'v1' : 'v1a'].push(bytes);
  }
  return given;
}

function holds({ v1, v1a }: Given, keys: readonly WebhookKey[], message: SignedMessage): boolean {
  const macs = keys.filter((key) => key instanceof Uint8Array).map((key) => macOf(key, message));
  if (v1.some((given) => macs.some((mac) => timingSafeEqual(mac, given)))) return true;
  const publicKeys = keys.filter((key): key is KeyObject => !(key instanceof Uint8Array));
  if (publicKeys.length === 0 || v1a.length === 0) return false;
  const signed = Buffer.concat([Buffer.from(headOf(message)), message.body]);
  return v1a.slice(0, maxAsymmetric).some((given) => publicKeys.some((key) => isSignedWith(key, signed, given)));
}
