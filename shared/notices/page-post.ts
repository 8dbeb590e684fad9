import type { TryResult } from './delivery-rules.ts';
import { pagerDutyBody, teamsBody, webhookBody } from './page-channels.ts';
import type { PageMessage } from './page-message.ts';
import { postJson, secretOf, type SendDeps } from './post-json.ts';
import type { Target } from './reach-policy.ts';
import { sendSigned } from './send-signed.ts';

/** Sends one notice once over one channel. `gone` is what no further try would change. */
export async function post(
  deps: SendDeps,
  target: Target,
  { id, message }: { id: string; message: PageMessage },
): Promise<TryResult> {
  if (target.kind === 'webhook') {
    return lasting(await sendSigned(deps, target, { id, body: webhookBody(message) }));
  }
  const secret = await secretOf(deps.readSecret, target.secretName);
  if (typeof secret !== 'string') return { kind: 'failed', trouble: secret.trouble };
  const { url, body } =
    target.kind === 'teams'
      ? { url: secret, body: teamsBody(message) }
      : { url: target.url, body: pagerDutyBody(message, secret) };
  return lasting(await postJson(deps, { url, body }));
}

const passing: readonly number[] = [408, 425, 429];

/**
 * A page that does not arrive now is worth little later: what the other side refuses for what it is (4xx), and an address that
 * the desk does not call, is not tried again. Source: PagerDuty docs, "Send an event", "Response codes & retry logic".
 */
function lasting(result: TryResult): TryResult {
  if (result.kind !== 'failed') return result;
  const { status, trouble } = result;
  if (trouble === 'refused-address') return { kind: 'skipped', trouble };
  const isFinal = status !== undefined && status >= 400 && status < 500 && !passing.includes(status);
  return isFinal ? { kind: 'gone', status } : result;
}
