import { secondMs, type Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { HttpFailure, type Http } from '../platform/http.ts';
import { SecretMissing, type ReadSecret } from '../platform/secret.ts';
import type { Portal } from '../portals/portal.ts';
import { parseWebhookSecrets, signWebhook } from '../portals/standard-webhooks.ts';
import { resultOf, resultOfFailure, type TryResult } from './delivery-rules.ts';

export type SendDeps = {
  clock: Clock;
  /** Calls URLs of others: guarded against addresses inside. */
  http: Http;
  readSecret: ReadSecret;
};

type Endpoint = Pick<NonNullable<Portal['outbound']>, 'url' | 'secretName'>;

/** Sends a webhook once, signed with every key that the endpoint's secret holds. Redirects are answers, never followed. */
export async function sendSigned(
  { clock, http, readSecret }: SendDeps,
  { url, secretName }: Endpoint,
  { id, body }: { id: string; body: string },
): Promise<TryResult> {
  const keys = await outboundKeys(readSecret, secretName);
  if ('trouble' in keys) return { kind: 'failed', trouble: keys.trouble };
  const timestampSeconds = Math.floor(clock.now() / secondMs);
  const signature = signWebhook({ id, timestampSeconds, body: Buffer.from(body) }, keys);
  try {
    const answer = await http({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...signature },
      body,
      timeoutMs: limits.deliveryCallMs,
      maxBytes: limits.deliveryAnswerBytes,
    });
    return resultOf(answer, clock.now());
  } catch (error) {
    if (error instanceof HttpFailure) return resultOfFailure(error, clock.now());
    throw error;
  }
}

/** The keys to sign with, or why there are none: trouble like any other, which may be over at the next try. */
async function outboundKeys(readSecret: ReadSecret, name: string): Promise<Buffer[] | { trouble: string }> {
  let secret: string;
  try {
    secret = await readSecret(name);
  } catch (error) {
    if (error instanceof SecretMissing) return { trouble: 'secret-missing' };
    if (isAppError(error, 'unavailable')) return { trouble: 'vault-away' };
    throw error;
  }
  try {
    return parseWebhookSecrets(secret);
  } catch {
    return { trouble: 'secret-unusable' };
  }
}
