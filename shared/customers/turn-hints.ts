import pLimit from 'p-limit';
import { toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { applyPage } from './apply-page.ts';
import { customerIdOf, type Customer } from './customer.ts';
import { isGone, isOwnTrouble, SourceFailure, type CustomerRead, type ListedCustomer } from './customers-source.ts';
import { failed, type DirectoryDeps, type DirectoryLeg, type RunTurn } from './directory-leg.ts';
import { customerEvents } from './events.ts';
import type { Hint } from './hint.ts';
import { hintUnserved } from './hint-unserved.ts';
import { markGone } from './mark-left.ts';

/** Reads some customers that were hinted at: who is there joins or changes, who is not leaves. */
export const hintsTurn: RunTurn = async (deps, leg) => {
  const { connection, scope } = leg;
  const byTenant = Map.groupBy(
    leg.hints.filter(({ what }) => what === 'customer'),
    ({ tenantId }) => tenantId,
  );
  const some = [...byTenant].slice(0, limits.hintedCustomers);
  const followed = await followHints(deps, leg, some);
  const { fresh, gone } = followed;

  const known = await deps.store.getMany([...fresh.keys(), ...gone].map((id) => customerIdOf(deps.cloud.cloud, id)));
  const rowsOf = (tenantIds: Iterable<string>): Customer[] =>
    [...tenantIds].flatMap((tenantId) => known.get(customerIdOf(deps.cloud.cloud, tenantId)) ?? []);
  const left = await markGone(deps, connection.id, rowsOf(gone));
  const customers = [...fresh].flatMap(([tenantId, { listed }]) => listed ?? rowsOf([tenantId]).map(asListed));
  const lastShard = leg.baton.head.value.lastShard;
  const untilMs = leg.startedAt + limits.directoryTurnMs;
  const applied = await applyPage(deps, { connection, lastShard, customers, fresh, untilMs });
  const { joined, changed } = applied;
  const fields = { customers: customers.length, joined, changed, left, unread: applied.unread.length };
  scope.log(customerEvents.directoryHinted, { connectionId: connection.id, ...fields });

  // Whose details failed with all others', or had to wait, is read with the same hints once more.
  const isUndone = (tenantId: string) => (applied.failure ? fresh.has(tenantId) : applied.left.includes(tenantId));
  const done = followed.done.filter((tenantId) => !isUndone(tenantId));
  const dropped = some
    .filter(([tenantId]) => done.includes(tenantId))
    .flatMap(([, hints]) => hints.map(({ rk }) => rk));
  const hinted = await hintUnserved(deps, leg, applied.unserved);
  const head = { ...leg.baton.head.value, lastShard: applied.lastShard };
  const calls = followed.calls + applied.calls;
  const trouble = followed.failure ?? applied.failure;
  if (trouble) return { ...failed(deps, { leg, kind: 'hints', head, calls }, trouble), dropped, hinted };
  return { head, turn: { dueAt: toIso(leg.startedAt), failures: 0 }, calls, dropped, hinted };
};

/** An answer that does not say who a known customer is: it is who it was. */
const asListed = ({ tenantId, name, initialDomain, relationship }: Customer): ListedCustomer => ({
  tenantId,
  name,
  initialDomain,
  relationship,
});

/** `done`: tenants whose hints need no following any more. `failure`: the trouble is not one customer's; the rest waits. */
type Followed = {
  calls: number;
  fresh: Map<string, CustomerRead>;
  gone: string[];
  done: string[];
  failure?: SourceFailure;
};

async function followHints(
  deps: DirectoryDeps,
  { connection, startedAt, scope }: DirectoryLeg,
  some: readonly (readonly [tenantId: string, hints: readonly Hint[]])[],
): Promise<Followed> {
  const followed: Followed = { calls: 0, fresh: new Map(), gone: [], done: [] };
  const one = async (tenantId: string): Promise<void> => {
    // Half of the time is for their details.
    if (followed.failure || deps.clock.now() - startedAt >= limits.directoryTurnMs / 2) return;
    try {
      followed.calls++;
      followed.fresh.set(tenantId, await deps.source.customer(connection.id, tenantId));
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      if (isGone(error)) followed.gone.push(tenantId);
      else if (!isOwnTrouble(error)) {
        followed.failure ??= error;
        return;
      }
      const customerId = customerIdOf(deps.cloud.cloud, tenantId);
      const { reason, status, code } = error;
      scope.log(customerEvents.customerUnread, { customerId, what: 'customer', reason, status, code });
    }
    followed.done.push(tenantId);
  };
  const limit = pLimit(limits.directoryConcurrency);
  await Promise.all(some.map(([tenantId]) => limit(async () => one(tenantId))));
  return followed;
}
