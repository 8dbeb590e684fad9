import { canonicalJson } from '../core/canonical-json.ts';
import { toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { customerIdOf } from './customer.ts';
import { isOwnTrouble, SourceFailure } from './customers-source.ts';
import { failed, type DirectoryDeps, type DirectoryLeg, type RunTurn } from './directory-leg.ts';
import { customerEvents } from './events.ts';

/**
 * Asks through whom a provider serves some customers. A turn of its own, so that a Partner Center that will not say it holds up
 * neither the list nor the changes. What is refused for one customer is let go until it is hinted at again.
 */
export const servedTurn: RunTurn = async (deps, leg) => {
  const head = leg.baton.head.value;
  const byTenant = Map.groupBy(
    leg.hints.filter(({ what }) => what === 'reseller'),
    ({ tenantId }) => tenantId,
  );
  const dropped: string[] = [];
  let calls = 0;
  for (const [tenantId, hints] of [...byTenant].slice(0, limits.hintedCustomers)) {
    // A slow Microsoft must not outlast the function; the rest comes with the next turn.
    if (deps.clock.now() - leg.startedAt > limits.healthCycleMs) break;
    calls++;
    const failure = await askReseller(deps, leg, tenantId);
    if (failure) return { ...failed(deps, { leg, kind: 'served', head, calls }, failure), dropped };
    dropped.push(...hints.map(({ rk }) => rk));
  }
  return { head, turn: { dueAt: toIso(leg.startedAt), failures: 0 }, calls, dropped };
};

async function askReseller(
  deps: DirectoryDeps,
  { connection, scope }: DirectoryLeg,
  tenantId: string,
): Promise<SourceFailure | undefined> {
  const customerId = customerIdOf(deps.cloud.cloud, tenantId);
  try {
    const reseller = await deps.resellers.of(connection.id, tenantId);
    await deps.store.change([customerId], (customer) =>
      customer.connectionId !== connection.id || isSame(customer.reseller, reseller)
        ? undefined
        : { ...customer, reseller },
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    if (!isOwnTrouble(error)) return error;
    const { reason, status, code } = error;
    scope.log(customerEvents.customerUnread, { customerId, what: 'reseller', reason, status, code });
    return undefined;
  }
}

const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
