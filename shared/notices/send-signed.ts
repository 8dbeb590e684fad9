import { secondMs } from '../core/clock.ts';
import type { ReadSecret } from '../platform/secret.ts';
import type { Portal } from '../portals/portal.ts';
import { parseWebhookSecrets, signWebhook } from '../portals/standard-webhooks.ts';
import type { TryResult } from './delivery-rules.ts';
import { postJson, secretOf, type SendDeps } from './post-json.ts';

type Endpoint = Pick<NonNullable<Portal['outbound']>, 'url' | 'secretName'>;

/** Sends a webhook once, signed with every key that the endpoint's secret holds. */
export async function sendSigned(
  deps: SendDeps,
  { url, secretName }: Endpoint,
  { id, body }: { id: string; body: string },
): Promise<TryResult> {
  const keys = await outboundKeys(deps.readSecret, secretName);
  if ('trouble' in keys) return { kind: 'failed', trouble: keys.trouble };
  const timestampSeconds = Math.floor(deps.clock.now() / secondMs);
  const headers = signWebhook({ id, timestampSeconds, body: Buffer.from(body) }, keys);
  return postJson(deps, { url, body, headers });
}

/** The keys to sign with, or why there are none. */
async function outboundKeys(readSecret: ReadSecret, name: string): Promise<Buffer[] | { trouble: string }> {
  const secret = await secretOf(readSecret, name);
  if (typeof secret !== 'string') return secret;
  try {
    return parseWebhookSecrets(secret);
  } catch {
    return { trouble: 'secret-unusable' };
  }
}
