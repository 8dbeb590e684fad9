import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { parse, parseJson } from '../platform/handle-route.ts';
import type { TakeTurn } from '../platform/route.ts';
import type { Scope } from '../platform/telemetry.ts';
import { identifySender, type HookCall, type IdentifyDeps } from './identify-sender.ts';
import type { Quarantine } from './quarantine.ts';
import { contactIn } from './quarantined-contacts.ts';

/**
 * Takes in the support request in a portal's webhook. Idempotent by caller and key, also once the customer has left; a repeat has
 * the same body, all of it.
 * Throws AppError: `invalid-body`, `unknown-customer` (unknown and foreign alike), `idempotency-key-reused`, `unavailable`.
 */
export type TakeIn = (
  intake: { caller: Caller & { kind: 'portal' }; key: string; body: HookBody },
  scope: Scope,
) => Promise<{ requestId: string }>;

type PortalHookDeps = IdentifyDeps & {
  takeTurn: TakeTurn;
  takeIn: TakeIn;
  quarantine: Quarantine;
};

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

/** ConnectWise adds these to every address that it calls. They are not signed, and nothing is read from them. */
export const addedQuery = z.strictObject({
  recordId: z.string().max(100).optional(),
  action: z.string().max(100).optional(),
});

/**
 * A portal's signed webhook. The signature is checked before the body is so much as parsed, and before storage is asked. A
 * webhook-id that was quarantined keeps that answer, though its customer be mapped meanwhile: else it would become two things.
 */
export function createPortalHook(deps: PortalHookDeps) {
  return async (call: HookCall, scope: Scope): Promise<HookAnswer> => {
    const { portal, webhookId, body: mapped } = await identifySender(deps, call, scope);
    const caller = await deps.registry.callerOf(portal);
    deps.takeTurn(caller);
    const body = parse(hookSchema, mapped ?? parseJson(call, call.raw), 'invalid-body');
    const { type } = body;
    if (untakenTypes.includes(type)) {
      throw new AppError('invalid-body', `${type} is not taken yet. Comment on and close requests by hand for now.`);
    }
    if (type !== createdType) return { ignored: true };
    const text = mapped === undefined ? new TextDecoder().decode(call.raw) : JSON.stringify(mapped);
    const webhook = { portalId: portal.id, webhookId, type, body: text };
    const contactId = contactIn(portal.id, body);
    const quarantined = await deps.quarantine.find(webhook);
    if (quarantined !== undefined) return quarantined;
    try {
      const { requestId } = await deps.takeIn({ caller, key: webhookId, body }, scope);
      return { requestId, location: `/api/requests/${requestId}` };
    } catch (error) {
      if (isAppError(error, 'idempotency-key-reused')) throw reused(error);
      if (!isAppError(error, 'unknown-customer')) throw error;
      return await deps.quarantine.keep({ ...webhook, contactId }, scope);
    }
  };
}

const reused = (cause: unknown) =>
  new AppError('webhook-id-reused', 'This webhook-id came before with another body.', { cause });
