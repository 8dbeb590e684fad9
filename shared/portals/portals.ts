import type { Caller, CustomerScope } from '../core/caller.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { isAppError, notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { SecretMissing } from '../platform/secret.ts';
import type { Scope } from '../platform/telemetry.ts';
import type * as z from 'zod';
import { changePortal, type Change, type ChangeDeps } from './change-portal.ts';
import { portalEvents } from './events.ts';
import {
  portalAnswer,
  portalItem,
  type MadePortal,
  type PortalDetail,
  type portalPageSchema,
  type Presence,
} from './portal-answer.ts';
import type { PortalChecks } from './portal-checks.ts';
import type { SecretsDeps } from './portal-secrets.ts';
import { inForce, type Portal } from './portal.ts';
import { patchPortal } from './patch-portal.ts';
import { registerPortal } from './register-portal.ts';
import { rotateSecret } from './rotate-secret.ts';
import type { PortalPatch, Rotate, SentPortal } from './sent-portal.ts';

export type PortalsDeps = ChangeDeps &
  PortalChecks &
  SecretsDeps & { scopeOf: (portal: Portal) => Promise<CustomerScope> };

/** Portals as administrators manage them: what is read here is what is stored now. Throws `unavailable` without storage or vault. */
export type Portals = {
  register(sent: SentPortal, by: Caller, scope: Scope): Promise<MadePortal>;
  list(paging: { limit?: number | undefined; cursor?: string | undefined }): Promise<z.output<typeof portalPageSchema>>;
  read(id: string): Promise<PortalDetail>;
  patch(change: Change & { patch: PortalPatch }, scope: Scope): Promise<MadePortal>;
  rotate(change: Change & { rotate: Rotate }, scope: Scope): Promise<MadePortal>;
  disable(change: Change, scope: Scope): Promise<MadePortal>;
  /** As it is now. Throws `not-found`. */
  inForce(id: string): Promise<Portal>;
};

export function createPortals(deps: PortalsDeps): Portals {
  const find = async (id: string): Promise<Portal> => {
    const stored = await deps.store.get(id);
    if (stored === undefined) throw notFound();
    return inForce(stored.portal, deps.clock.now());
  };
  return {
    register: async (sent, by, scope) => registerPortal(deps, { sent, by }, scope),
    list: async ({ limit = limits.pageSizeDefault, cursor }) => {
      const after = cursor === undefined ? undefined : decodeCursor({ list: 'portals' }, cursor);
      const { portals, next } = await deps.store.page({ after, limit });
      return {
        items: portals.map((portal) => portalItem(inForce(portal, deps.clock.now()))),
        ...(next !== undefined && { nextCursor: encodeCursor({ list: 'portals' }, next) }),
      };
    },
    read: async (id) => detail(deps, await find(id)),
    patch: async (change, scope) => patchPortal(deps, change, scope),
    rotate: async (change, scope) => rotateSecret(deps, change, scope),
    disable: async (change, scope) => {
      const { portal } = await changePortal(deps, change, async (before) =>
        Promise.resolve({ portal: before.disabled ? before : { ...before, disabled: true } }),
      );
      scope.log(portalEvents.disabled, { portalId: portal.id, by: change.by.id });
      return portalAnswer(portal);
    },
    inForce: find,
  };
}

async function detail(deps: PortalsDeps, portal: Portal): Promise<PortalDetail> {
  const scope = await deps.scopeOf(portal);
  const outbound = portal.outbound && (await presence(deps, portal.outbound.secretName));
  return {
    ...portalAnswer(portal),
    ...(scope !== 'all' && { customerCount: scope.size }),
    secrets: { inbound: await presence(deps, portal.inbound.secretName), ...(outbound && { outbound }) },
  };
}

async function presence({ versions }: SecretsDeps, name: string): Promise<Presence> {
  try {
    await versions.current(name);
    return 'present';
  } catch (error) {
    if (error instanceof SecretMissing) return 'missing';
    if (isAppError(error, 'unavailable')) return 'unknown';
    throw error;
  }
}
