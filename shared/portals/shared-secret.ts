import { createHash, timingSafeEqual } from 'node:crypto';
import { nameOfBody } from './described-hmac.ts';
import type { Inbound } from './inbound.ts';

type Shown = Extract<Inbound, { kind: 'shared-secret' }>['shown'];

type Verdict = { ok: true; id: string } | { ok: false; reason: 'header-missing' | 'bad-secret' };

/** Whether the sender shows one of the secrets. It says nothing of the body's bytes and nothing of their age. */
export function verifySharedSecret(
  { headers, body }: { headers: Pick<Headers, 'get'>; body: Uint8Array },
  { shown, secrets }: { shown: Shown; secrets: readonly string[] },
): Verdict {
  const given = headers.get(shown.as === 'header' ? shown.header : 'authorization');
  if (given === null) return { ok: false, reason: 'header-missing' };
  // Hashed first, so that not even the length of the secret can be told from the time it takes.
  const isShown = secrets.some((secret) => timingSafeEqual(hash(given), hash(headerOf(shown, secret))));
  return isShown ? { ok: true, id: nameOfBody(body) } : { ok: false, reason: 'bad-secret' };
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

function headerOf(shown: Shown, secret: string): string {
  if (shown.as === 'header') return secret;
  if (shown.as === 'bearer') return `Bearer ${secret}`;
  return `Basic ${Buffer.from(`${shown.username}:${secret}`).toString('base64')}`;
}
