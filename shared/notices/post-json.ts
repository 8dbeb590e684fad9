import type { Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { HttpFailure, type Http } from '../platform/http.ts';
import { SecretMissing, type ReadSecret } from '../platform/secret.ts';
import { resultOf, resultOfFailure, type TryResult } from './delivery-rules.ts';

export type SendDeps = {
  clock: Clock;
  /** Calls URLs of others: guarded against addresses inside. */
  http: Http;
  readSecret: ReadSecret;
};

/** One bounded try of a POST to somebody else's address. Redirects are answers, never followed. */
export async function postJson(
  { clock, http }: Pick<SendDeps, 'clock' | 'http'>,
  { url, body, headers }: { url: string; body: string; headers?: Record<string, string> },
): Promise<TryResult> {
  try {
    const answer = await http({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
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

/** A secret of an address, or why there is none: trouble like any other, which may be over at the next try. */
export async function secretOf(readSecret: ReadSecret, name: string): Promise<string | { trouble: string }> {
  try {
    return await readSecret(name);
  } catch (error) {
    if (error instanceof SecretMissing) return { trouble: 'secret-missing' };
    if (isAppError(error, 'unavailable')) return { trouble: 'vault-away' };
    throw error;
  }
}
