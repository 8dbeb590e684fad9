import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { SecretMissing, type ReadSecret } from '../platform/secret.ts';
import type { Scope } from '../platform/telemetry.ts';
import { portalEvents } from './events.ts';
import type { Portal } from './portal.ts';
import type { PortalRegistry } from './portal-registry.ts';
import { parseWebhookSecrets, verifyWebhook } from './standard-webhooks.ts';

export type IdentifyDeps = { registry: PortalRegistry; readSecret: ReadSecret; clock: Clock };

/** A webhook as it came in for a portal: nothing of it is believed yet. */
export type HookCall = { portalId: string; headers: Headers; raw: Uint8Array };

/** One refusal for all that may be wrong, so that nobody learns which portals there are. The log knows which it was. */
export async function identifySender(
  deps: IdentifyDeps,
  call: HookCall,
  scope: Scope,
): Promise<{ portal: Portal; webhookId: string; body?: unknown }> {
  const portal = await deps.registry.byId(call.portalId);
  if (portal === undefined || portal.disabled) throw refused(scope, portal === undefined ? 'unknown' : 'disabled');
  const keys = await inboundKeys(deps, portal, scope);
  const verdict = verifyWebhook({ headers: call.headers, body: call.raw }, keys, deps.clock.now());
  if (!verdict.ok) throw refused(scope, verdict.reason, portal.id);
  return { portal, webhookId: verdict.id };
}

/** No key at all, and so nothing that verifies, where the vault has none or holds something else. */
async function inboundKeys(deps: IdentifyDeps, portal: Portal, scope: Scope): Promise<Buffer[]> {
  const secret = await deps.readSecret(portal.inbound.secretName).catch((error: unknown) => {
    if (error instanceof SecretMissing) return '';
    throw error;
  });
  try {
    return parseWebhookSecrets(secret);
  } catch {
    scope.log(portalEvents.secretUnusable, { portalId: portal.id });
    return [];
  }
}

function refused(scope: Scope, reason: string, portalId?: string): AppError {
  scope.log(portalEvents.hookRefused, { reason, portalId });
  return new AppError('unauthenticated', 'The signature, its time or its sender does not hold.');
}
