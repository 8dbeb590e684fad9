import pLimit from 'p-limit';
import { toIso, type Clock } from '../core/clock.ts';
import { hashOf } from '../core/hash.ts';
import { limits } from '../core/limits.ts';
import { SourceFailure } from './customers-source.ts';
import type { DelegationHead } from './delegation.ts';
import type { DelegationSource } from './delegation-source.ts';
import { rolesDue, takeListed, type Relationships } from './known-relationships.ts';

type Deps = { source: DelegationSource; clock: Pick<Clock, 'now'> };

/** One leg of a reading; what it learns is put into it. */
export type DelegationLeg = {
  head: DelegationHead;
  relationships: Relationships;
  /** What the list of this pass has shown, by {@link listedKey}. */
  listed: Set<string>;
  /** No call begins after this time. */
  untilMs: number;
};

/** Short enough that a pass over a large fleet can keep one per relationship between two legs. */
const listedKey = (id: string): string => hashOf('relationship', id).slice(0, 10);

/** Reads the list on from where it stands, as far as time allows. At its end, what it no longer shows is forgotten. */
export async function listRelationships(
  { source, clock }: Deps,
  leg: DelegationLeg,
): Promise<SourceFailure | undefined> {
  const { head, relationships, listed } = leg;
  try {
    while (!head.isListed && clock.now() < leg.untilMs) {
      if (head.pages >= limits.delegationPagesMax) throw new SourceFailure('unreadable', 'The list does not end.');
      const page = await source.list(head.connectionId, head.next);
      for (const one of page.relationships) {
        takeListed(relationships, one);
        listed.add(listedKey(one.id));
      }
      head.pages++;
      head.skipped += page.skipped;
      head.next = page.next;
      if (page.next !== undefined) continue;
      head.isListed = true;
      head.lastReadAt = toIso(clock.now());
    }
  } catch (error) {
    if (error instanceof SourceFailure) return error;
    throw error;
  }
  // What could not be read may be one of those that seem to be missing.
  if (head.isListed && head.skipped === 0) {
    for (const id of relationships.keys()) if (!listed.has(listedKey(id))) relationships.delete(id);
  }
  return undefined;
}

/**
 * Reads the roles that are due. One relationship whose assignments are refused or cannot be read says nothing of the others: its
 * roles are not known. `left`: how many there was no time for.
 */
export async function readRoles(
  { source, clock }: Deps,
  { head, relationships, untilMs }: DelegationLeg,
): Promise<{ failure: SourceFailure | undefined; left: number }> {
  const limit = pLimit(limits.delegationConcurrency);
  let failure: SourceFailure | undefined;
  let left = 0;
  const read = async (id: string): Promise<void> => {
    const known = relationships.get(id);
    if (failure || !known || clock.now() >= untilMs) {
      left++;
      return;
    }
    const asked = { ...known, roleIds: undefined, rolesAt: toIso(clock.now()), rolesOf: known.revision };
    try {
      relationships.set(id, { ...asked, roleIds: await source.roles(head.connectionId, id) });
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      if (isOwnTrouble(error)) relationships.set(id, asked);
      else failure ??= error;
    }
  };
  await Promise.all(rolesDue(relationships, clock.now()).map((id) => limit(async () => read(id))));
  return { failure, left };
}

/** Without a status there was no token: that is everybody's trouble. */
const isOwnTrouble = ({ reason, status }: SourceFailure): boolean =>
  (reason === 'refused' && status !== undefined && status !== 401) || reason === 'unreadable';
