import * as z from 'zod';
import { fromIso, minuteMs, toIso, type Clock } from '../core/clock.ts';
import { rowKind } from '../platform/row.ts';
import type { Row } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { delegationPartition, delegationRelay, type DelegationHead } from './delegation.ts';
import { mustHint } from './hint-again.ts';
import type { Relationships } from './known-relationships.ts';
import { isHeld, type HeldBaton, type RelayDeps } from './relay.ts';

/** `at`: when it was said (ISO). Without an id only the list is read again, else that relationship's roles too. */
const hintSchema = z.object({ at: z.string(), relationshipId: z.string().optional() });
export type DelegationHint = z.output<typeof hintSchema> & { rk: string };
const hintRow = rowKind(hintSchema);

export const delegationHintsOf = (members: readonly Row[]): DelegationHint[] =>
  members.map((row) => ({ ...hintRow.fromRow(row), rk: row.rk }));

export type DelegationHints = {
  /** Something may have changed about a connection's delegated admin relationships: they are read again soon. */
  delegation(connectionId: string, relationshipId: string | undefined, scope: Scope): Promise<void>;
};

/** Between two readings that hints ask for. */
export const hintedEveryMs = minuteMs;
const wakes = 3;

export function createDelegationHints(deps: RelayDeps & { clock: Clock }): DelegationHints {
  const table = deps.tables('customers');
  const relay = delegationRelay(deps);
  return {
    delegation: async (connectionId, relationshipId, scope) => {
      const pk = delegationPartition(connectionId);
      const baton = await relay.read(pk);
      // Who never began to read will read all of it.
      if (!isHeld(baton)) return;
      const now = deps.clock.now();
      const { passStartedAt = '', dueAt: legDueAt } = baton.head.value;
      // What was said before the pass began is done with its end.
      const waiting = delegationHintsOf(baton.members).filter(
        (hint) => hint.relationshipId === relationshipId && hint.at > passStartedAt,
      );
      if (mustHint(waiting.length, fromIso(legDueAt) <= now)) {
        const at = toIso(now);
        const columns = hintRow.toColumns({ at, relationshipId });
        await table.transact(pk, [{ kind: 'upsert', rk: `M|${relationshipId ?? ''}|${at}`, columns }]);
      }
      for (let attempt = 0; attempt < wakes; attempt++) {
        const held = attempt === 0 ? baton : await relay.read(pk);
        if (!isHeld(held) || isSoon(held, now)) return;
        const dueAt = Math.max(now, fromIso(held.head.value.lastReadAt ?? toIso(0)) + hintedEveryMs);
        if (await relay.pass(held, { head: held.head.value, dueAt }, scope)) return;
      }
    },
  };
}

/** It comes by itself: at once, or when Microsoft may be asked again. */
const isSoon = ({ head: { value } }: HeldBaton<DelegationHead>, now: number): boolean =>
  value.failures > 0 || value.passStartedAt !== undefined || fromIso(value.dueAt) - now <= hintedEveryMs;

/** Roles of relationships that were hinted at since they were read count as never read. */
export function forgetHinted(relationships: Relationships, hints: readonly DelegationHint[]): void {
  for (const { relationshipId, at } of hints) {
    const known = relationshipId === undefined ? undefined : relationships.get(relationshipId);
    if (relationshipId === undefined || !known || (known.rolesAt ?? '') > at) continue;
    relationships.set(relationshipId, { ...known, rolesOf: undefined });
  }
}
