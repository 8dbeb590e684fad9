import type { Caller } from '../core/caller.ts';
import { toIso, type Clock } from '../core/clock.ts';
import { notFound } from '../core/errors.ts';
import type { Random } from '../core/ids.ts';
import { contended } from '../platform/contended.ts';
import type { Precondition } from '../platform/if-match.ts';
import { versionOf } from './portal-answer.ts';
import type { PortalStore } from './portal-store.ts';
import { inForce, type Portal } from './portal.ts';

export type ChangeDeps = { store: PortalStore; clock: Clock; random: Random };

/** Who changes which portal; with a precondition only a version that they know. */
export type Change = { id: string; by: Caller; precondition?: Precondition };

/**
 * Changes a portal's row, anew where somebody else was quicker: `decide` sees the portal as it is then, and gives it back
 * where nothing is to change. Throws `not-found`, and what `decide` and the precondition throw.
 */
export async function changePortal<T extends { portal: Portal }>(
  { store, clock, random }: ChangeDeps,
  { id, precondition }: Pick<Change, 'id' | 'precondition'>,
  decide: (portal: Portal) => Promise<T>,
): Promise<T & { before: Portal }> {
  return contended({ clock, random }, async () => {
    const stored = await store.get(id);
    if (stored === undefined) throw notFound();
    precondition?.(versionOf(stored.portal));
    const before = inForce(stored.portal, clock.now());
    const decided = await decide(before);
    if (decided.portal === before) return { ...decided, before };
    const version = versionOf(before) + 1;
    const portal: Portal = { ...decided.portal, version, updatedAt: toIso(clock.now()) };
    await store.replace(stored, portal);
    return { ...decided, portal, before };
  });
}
