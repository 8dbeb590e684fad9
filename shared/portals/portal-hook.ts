import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { deeperThan } from '../core/json-depth.ts';
import { limits } from '../core/limits.ts';
import { parse, parseJson } from '../platform/handle-route.ts';
import type { TakeTurn } from '../platform/route.ts';
import type { Scope } from '../platform/telemetry.ts';
import { identifySender, type HookCall, type IdentifyDeps } from './identify-sender.ts';
import { quarantineIdOf } from './quarantine-rows.ts';
import type { Quarantine } from './quarantine.ts';

export type PortalCaller = Caller & { kind: 'portal' };

/** `key` is the webhook-id; a repeat has the same body, all of it. */
type Hooked = { caller: PortalCaller; key: string; body: HookBody };

/**
 * Takes in the support request in a portal's webhook. Idempotent by caller and key, also once the customer has left.
 * Throws AppError: `invalid-body`, `unknown-customer` (unknown and foreign alike, and set aside before), `idempotency-key-reused`,
 * `unavailable`.
 */
export type TakeIn = (hooked: Hooked, scope: Scope) => Promise<{ requestId: string }>;

/** How a webhook was answered first, and is answered ever after. */
type Said = { requestId: string } | { pendingId: string } | { quarantineId: string };

type PortalHookDeps = IdentifyDeps & {
  takeTurn: TakeTurn;
  takeIn: TakeIn;
  /** Comments on a request or closes it, or has that wait for its request. Throws `invalid-body`, `webhook-id-reused`, `too-many-requests`. */
  receiveChange: (hooked: Hooked, scope: Scope) => Promise<Said>;
  /** Says that this webhook-id goes to people; its answer instead, where a copy of the same instant was taken in. */
  leaveSetAside: (hooked: Hooked, quarantineId: string) => Promise<Said>;
  quarantine: Quarantine;
};

export type PortalHookAnswer =
  { requestId: string; location: string } | { quarantineId: string } | { pendingId: string } | { ignored: true };

export const createdType = 'support_request.created';
const changeTypes = ['support_request.commented', 'support_request.closed'];

export const hookSchema = z.strictObject({
  type: z.string().min(1).max(100),
  timestamp: z.iso.datetime({ offset: true }),
  // Looked at before it is hashed or kept, which goes down level by level.
  data: z.unknown().refine((data) => !deeperThan(data, limits.hookDepth), 'is nested too deeply'),
});
export type HookBody = z.output<typeof hookSchema>;

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
  return async (call: HookCall, scope: Scope): Promise<PortalHookAnswer> => {
    const { portal, webhookId, body: mapped } = await identifySender(deps, call, scope);
    const caller = await deps.registry.callerOf(portal);
    deps.takeTurn(caller);
    const body = parse(hookSchema, mapped ?? parseJson(call, call.raw), 'invalid-body');
    const hooked = { caller, key: webhookId, body };
    if (changeTypes.includes(body.type)) return withLocation(await deps.receiveChange(hooked, scope));
    return body.type === createdType ? create(deps, hooked, scope) : { ignored: true };
  };
}

async function create(deps: PortalHookDeps, hooked: Hooked, scope: Scope): Promise<PortalHookAnswer> {
  const { caller, key: webhookId, body } = hooked;
  const { portalId } = caller;
  const webhook = { portalId, webhookId, type: body.type, body };
  const quarantined = await deps.quarantine.find(webhook);
  if (quarantined !== undefined) return quarantined;
  try {
    return withLocation(await deps.takeIn(hooked, scope));
  } catch (error) {
    if (isAppError(error, 'idempotency-key-reused')) throw reused(error);
    if (!isAppError(error, 'unknown-customer')) throw error;
  }
  await deps.quarantine.checkRoom(portalId, scope);
  const said = await deps.leaveSetAside(hooked, quarantineIdOf(webhook));
  return 'quarantineId' in said ? deps.quarantine.keep(webhook, scope) : withLocation(said);
}

const withLocation = (said: Said): PortalHookAnswer =>
  'requestId' in said ? { requestId: said.requestId, location: `/api/requests/${said.requestId}` } : said;

const reused = (cause: unknown) =>
  new AppError('webhook-id-reused', 'This webhook-id came before with another body.', { cause });
