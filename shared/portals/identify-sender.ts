import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { parseJson } from '../platform/handle-route.ts';
import { SecretMissing, type ReadSecret } from '../platform/secret.ts';
import type { Scope } from '../platform/telemetry.ts';
import { hmacKeys, verifyDescribedHmac } from './described-hmac.ts';
import { portalEvents } from './events.ts';
import { mapFields } from './field-map.ts';
import type { Inbound } from './inbound.ts';
import type { Portal } from './portal.ts';
import type { PortalRegistry } from './portal-registry.ts';
import { parsePublicKey } from './public-key.ts';
import { verifySharedSecret } from './shared-secret.ts';
import { parseWebhookSecrets, verifyWebhook } from './standard-webhooks.ts';
import { parseTextSecrets } from './text-secret.ts';

export type IdentifyDeps = { registry: PortalRegistry; readSecret: ReadSecret; clock: Clock };

/** A webhook as it came in for a portal: nothing of it is believed yet. */
export type HookCall = { portalId: string; headers: Headers; raw: Uint8Array };

/**
 * Who sent a webhook, and which one it is: the same id for every try of one delivery. `body` is the desk's own hook body where
 * the portal speaks another language; without it, the raw bytes are that body.
 */
export type Sender = { portal: Portal; webhookId: string; body?: unknown };

/**
 * One refusal for all that may be wrong, so that nobody learns which portals there are. The log knows which it was.
 * Throws AppError: `unauthenticated`, `unavailable`, and once the sender is known `malformed-json`, `unsupported-media-type`,
 * `invalid-body`.
 */
export async function identifySender(deps: IdentifyDeps, call: HookCall, scope: Scope): Promise<Sender> {
  const portal = await deps.registry.byId(call.portalId);
  if (portal === undefined || portal.disabled) throw refused(scope, portal === undefined ? 'unknown' : 'disabled');
  const { inbound } = portal;
  const secret = await secretOf(deps, inbound);
  const nowMs = deps.clock.now();
  const unusable = () => {
    scope.log(portalEvents.secretUnusable, { portalId: portal.id });
  };
  const verdict = verify(inbound, secret, { call, nowMs, unusable });
  if (!verdict.ok) throw refused(scope, verdict.reason, portal.id);
  const sender = { portal, webhookId: verdict.id };
  if (inbound.kind === 'standard-webhooks') return sender;
  return { ...sender, body: mapFields(parseJson(call, call.raw), inbound.fields, nowMs) };
}

type Verifying = { call: HookCall; nowMs: number; unusable: () => void };

/** Exactly one way per portal: a signature of another kind is none. */
function verify(inbound: Inbound, secret: string, { call, nowMs, unusable }: Verifying) {
  const message = { headers: call.headers, body: call.raw };
  switch (inbound.kind) {
    case 'standard-webhooks': {
      const publicKeys = (inbound.publicKeys ?? []).map(parsePublicKey);
      const mayLackSecret = secret === '' && publicKeys.length > 0;
      const keys = mayLackSecret ? [] : usable(() => parseWebhookSecrets(secret), unusable);
      return verifyWebhook(message, [...keys, ...publicKeys], nowMs);
    }
    case 'described-hmac': {
      const keys = usable(() => hmacKeys(secret, inbound.hmac), unusable);
      return verifyDescribedHmac(message, { hmac: inbound.hmac, keys }, nowMs);
    }
    case 'shared-secret':
      return verifySharedSecret(message, {
        shown: inbound.shown,
        secrets: usable(() => parseTextSecrets(secret), unusable),
      });
  }
}

/** No key at all, and so nothing that verifies, where the vault has none or holds something else. */
function usable<T>(parse: () => T[], fail: () => void): T[] {
  try {
    return parse();
  } catch {
    fail();
    return [];
  }
}

const secretOf = async ({ readSecret }: IdentifyDeps, { secretName }: Inbound): Promise<string> =>
  readSecret(secretName).catch((error: unknown) => {
    if (error instanceof SecretMissing) return '';
    throw error;
  });

function refused(scope: Scope, reason: string, portalId?: string): AppError {
  scope.log(portalEvents.hookRefused, { reason, portalId });
  return new AppError('unauthenticated', 'The signature, its time or its sender does not hold.');
}
