import type { Caller } from '../core/caller.ts';
import { isAppError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { parse } from '../platform/handle-route.ts';
import type { Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { RequestChanges } from './changes.ts';
import { createExternalRefIndex, namedKey } from './external-ref-index.ts';
import { hookedChangeSchema, type HookedChange } from './hook-data.ts';
import { markOf } from './once.ts';
import { readServed } from './once-rows.ts';
import type { RequestStore, StoreDeps } from './request-store.ts';
import { createWaitingChanges, type SetAside, type Unplaced } from './waiting-changes.ts';
import { bodyHashOf, createReceipts, keyedRequestId, type HookAnswer, type Place } from './webhook-receipt.ts';

type PortalCaller = Caller & { kind: 'portal' };

/** A portal's webhook: `key` is its webhook-id, `body` all of it. */
export type Hooked = { caller: PortalCaller; key: string; body: { type: string; data: unknown } };

export type HookChangesDeps = StoreDeps & {
  table: Table;
  store: RequestStore;
  changes: RequestChanges;
  /** The caller that a portal is now; undefined for one that is gone or disabled. */
  portalCaller: (portalId: string) => Promise<PortalCaller | undefined>;
  setAside: SetAside;
};

/** A change made by hand for a webhook that could not be placed. */
export type Assigned = Hooked & { requestId: string };

/**
 * Comments and closes that portals send by webhook: the same changes as by the API. First comes the receipt, then its effect,
 * which is idempotent by the webhook-id: a repeat finds the receipt, and the effect had, or has it.
 */
export function createHookChanges(deps: HookChangesDeps) {
  const { table, changes } = deps;
  const receipts = createReceipts(table);
  const index = createExternalRefIndex(deps);

  const findFor = async (caller: PortalCaller, { data }: HookedChange): Promise<string | undefined> =>
    (await index.find(caller, { ...data, portalId: caller.portalId }))?.id;

  /** False where the portal has no such request. One that is closed already is closed: what was asked for is so. */
  const change = async (asked: Assigned, said: HookedChange, scope: Scope): Promise<boolean> => {
    const common = { caller: asked.caller, requestId: asked.requestId, key: asked.key, route: 'hook', scope } as const;
    try {
      if (said.type === 'support_request.commented') {
        const { text, attachments } = said.data;
        const body = { text, audience: 'customer', ...(attachments && { attachments }) } as const;
        await changes.comment({ ...common, body });
      } else {
        const body = { to: 'closed', reason: said.data.reason } as const;
        await changes.transition({ ...common, body, seen: () => undefined });
      }
      return true;
    } catch (error) {
      if (isAppError(error, 'illegal-transition')) return true;
      if (isAppError(error, 'not-found')) return false;
      throw error;
    }
  };

  const waiting = createWaitingChanges({
    ...deps,
    index,
    apply: async ({ portalId, webhookId, body }, scope) => {
      const said = hookedChangeSchema.parse(body);
      const caller = await deps.portalCaller(portalId);
      const requestId = caller && (await findFor(caller, said));
      if (caller === undefined || requestId === undefined) return false;
      return change({ caller, key: webhookId, body: said, requestId }, said, scope);
    },
  });

  /** What there is to say before anything is done. Whatever waits for the same reference already goes first. */
  const decide = async (hooked: Hooked, said: HookedChange): Promise<HookAnswer> => {
    const { caller } = hooked;
    const known =
      said.data.externalRef && (await index.read(caller.portalId, namedKey(caller.portalId, said.data))).named;
    const pending = { pendingId: pendingIdOf(hooked) };
    if (known && (known.waiting.length > 0 || known.requestId === undefined)) return pending;
    const head = await index.find(caller, { ...said.data, portalId: caller.portalId }, known);
    return head ? { requestId: head.id } : pending;
  };

  /** Where there is no room to wait nothing is left: whoever comes again is looked at anew. */
  const answerFirst = async (hooked: Hooked, said: HookedChange, scope: Scope): Promise<HookAnswer> => {
    const { portalId } = hooked.caller;
    const answer = await decide(hooked, said);
    if (!('requestId' in answer)) await waiting.checkRoom(portalId, namedKey(portalId, said.data), scope);
    return receipts.leave(placeOf(hooked), answer);
  };

  const wait = async (hooked: Hooked, said: HookedChange, scope: Scope): Promise<void> => {
    const { portalId } = hooked.caller;
    const { key: webhookId, body } = hooked;
    const unplaced: Unplaced = { portalId, pendingId: pendingIdOf(hooked), webhookId, type: said.type, body };
    await waiting.wait(unplaced, namedKey(portalId, said.data), scope);
  };

  const wasServed = async ({ caller, key }: Hooked, requestId: string, { type }: HookedChange): Promise<boolean> => {
    const once = { mark: markOf(caller, 'hook', key), bodyHash: '', keepsTexts: type === 'support_request.closed' };
    return (await readServed(table, requestId, once)) !== undefined;
  };

  return {
    index,
    /** Consumer of `hook-waiting`. */
    bringOn: waiting.handle,

    /** Throws `invalid-body`, `webhook-id-reused`, `too-many-requests`. What is foreign waits like what is unknown. */
    receiveChange: async (hooked: Hooked, scope: Scope): Promise<HookAnswer> => {
      const said = parse(hookedChangeSchema, hooked.body, 'invalid-body');
      const answer = (await receipts.read(placeOf(hooked))) ?? (await answerFirst(hooked, said, scope));
      if (!('requestId' in answer)) await wait(hooked, said, scope);
      else if (!(await change({ ...hooked, requestId: answer.requestId }, said, scope))) {
        // The portal lost sight of it: before the change, which then waits, or after, which changes nothing.
        if (!(await wasServed(hooked, answer.requestId, said))) await wait(hooked, said, scope);
      }
      return answer;
    },

    /** By hand, for one that was set aside. Throws `not-found` where the portal has no such request. */
    assignChange: async (assigned: Assigned, scope: Scope): Promise<boolean> =>
      change(assigned, parse(hookedChangeSchema, assigned.body, 'invalid-body'), scope),

    /**
     * Says that a webhook is set aside for people. Gives the request instead where a copy of it, of the same instant, was
     * taken in.
     */
    leaveSetAside: async (hooked: Hooked, quarantineId: string): Promise<HookAnswer> =>
      receipts.leave(placeOf(hooked), { quarantineId }),
  };
}

const placeOf = ({ caller, key, body }: Hooked): Place => ({
  requestId: keyedRequestId(caller.id, 'hook', key),
  bodyHash: bodyHashOf(body),
});

const pendingIdOf = ({ caller, key }: Hooked): string => hashOf('pending', caller.portalId, key).slice(0, 26);
