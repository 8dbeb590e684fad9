import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { parse, parseJson } from '../platform/handle-route.ts';
import type { TakeTurn } from '../platform/route.ts';
import { SecretMissing, type ReadSecret } from '../platform/secret.ts';
import type { Scope } from '../platform/telemetry.ts';
import { portalEvents } from './events.ts';
import { portalCaller, type Portal } from './portal.ts';
import type { PortalRegistry } from './portal-registry.ts';
import type { Quarantine } from './quarantine.ts';
import { parseWebhookSecrets, verifyWebhook } from './standard-webhooks.ts';

/**
 * Takes in the support request in a portal's webhook. Idempotent by caller and key, also once the customer has left; a repeat has
 * the same body, all of it.
 * Throws AppError: `invalid-body`, `unknown-customer` (unknown and foreign alike), `idempotency-key-reused`, `unavailable`.
 */
export type TakeIn = (
  intake: { caller: Caller & { kind: 'portal' }; key: string; body: HookBody },
  scope: Scope,
) => Promise<{ requestId: string }>;

type PortalHookDeps = {
  registry: PortalRegistry;
  readSecret: ReadSecret;
  clock: Clock;
  takeTurn: TakeTurn;
  takeIn: TakeIn;
  quarantine: Quarantine;
};

type HookCall = { portalId: string; headers: Headers; raw: Uint8Array };

type HookAnswer = { requestId: string; location: string } | { quarantineId: string } | { ignored: true };

const createdType = 'support_request.created';
/** Types of the contract that this version does not take yet; ignoring them would lose what they say. */
const untakenTypes = ['support_request.commented', 'support_request.closed'];

const hookSchema = z.strictObject({
  type: z.string().min(1).max(100),
  timestamp: z.iso.datetime({ offset: true }),
  data: z.unknown(),
});
type HookBody = z.output<typeof hookSchema>;

/**
 * A portal's signed webhook. The signature is checked before the body is so much as parsed, and before storage is asked. A
 * webhook-id that was quarantined keeps that answer, though its customer be mapped meanwhile: else it would become two things.
 */
export function createPortalHook(deps: PortalHookDeps) {
  return async (call: HookCall, scope: Scope): Promise<HookAnswer> => {
    const { portal, webhookId } = await identify(deps, call, scope);
    const caller = portalCaller(portal);
    deps.takeTurn(caller.id);
    const body = parse(hookSchema, parseJson(call, call.raw), 'invalid-body');
    const { type } = body;
    if (untakenTypes.includes(type)) {
      throw new AppError('invalid-body', `${type} is not taken yet. Comment on and close requests by hand for now.`);
    }
    if (type !== createdType) return { ignored: true };
    const webhook = { portalId: portal.id, webhookId, type, body: new TextDecoder().decode(call.raw) };
    const quarantined = await deps.quarantine.find(webhook);
    if (quarantined !== undefined) return quarantined;
    try {
      const { requestId } = await deps.takeIn({ caller, key: webhookId, body }, scope);
      return { requestId, location: `/api/requests/${requestId}` };
    } catch (error) {
      if (isAppError(error, 'idempotency-key-reused')) throw reused(error);
      if (!isAppError(error, 'unknown-customer')) throw error;
      return await deps.quarantine.keep(webhook, scope);
    }
  };
}

const reused = (cause: unknown) =>
  new AppError('webhook-id-reused', 'This webhook-id came before with another body.', { cause });

/** One refusal for all that may be wrong, so that nobody learns which portals there are. The log knows which it was. */
async function identify(
  deps: PortalHookDeps,
  call: HookCall,
  scope: Scope,
): Promise<{ portal: Portal; webhookId: string }> {
  const portal = await deps.registry.byId(call.portalId);
  if (portal === undefined || portal.disabled) throw refused(scope, portal === undefined ? 'unknown' : 'disabled');
  const keys = await inboundKeys(deps, portal, scope);
  const verdict = verifyWebhook({ headers: call.headers, body: call.raw }, keys, deps.clock.now());
  if (!verdict.ok) throw refused(scope, verdict.reason, portal.id);
  return { portal, webhookId: verdict.id };
}

/** No key at all, and so nothing that verifies, where the vault has none or holds something else. */
async function inboundKeys(deps: PortalHookDeps, portal: Portal, scope: Scope): Promise<Buffer[]> {
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
