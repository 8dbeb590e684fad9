import { canonicalJson } from '../core/canonical-json.ts';
import { limits } from '../core/limits.ts';
import { customerIdOf } from './customer.ts';
import { isOwnTrouble, SourceFailure } from './customers-source.ts';
import type { DirectoryDeps, DirectoryLeg } from './directory-leg.ts';
import { customerEvents } from './events.ts';

type FollowedResellers = { calls: number; left: string[]; failure?: SourceFailure };

/**
 * Asks through whom a provider serves these customers. What is refused for one is let go until it is hinted at again; what fails as
 * a whole leaves the rest in `left`.
 */
export async function followResellers(
  deps: DirectoryDeps,
  leg: DirectoryLeg,
  tenantIds: readonly string[],
): Promise<FollowedResellers> {
  const { id: connectionId, role } = leg.connection;
  if (role !== 'provider') return { calls: 0, left: [] };
  for (const [index, tenantId] of tenantIds.entries()) {
    // A slow Microsoft must not outlast the function; the rest comes with the next turn.
    if (deps.clock.now() - leg.startedAt > limits.healthCycleMs) return { calls: index, left: tenantIds.slice(index) };
    const customerId = customerIdOf(deps.cloud.cloud, tenantId);
    try {
      const reseller = await deps.resellers.of(connectionId, tenantId);
      await deps.store.change([customerId], (customer) =>
        customer.connectionId !== connectionId || canonicalJson(customer.reseller) === canonicalJson(reseller)
          ? undefined
          : { ...customer, reseller },
      );
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      if (!isOwnTrouble(error)) return { calls: index + 1, left: tenantIds.slice(index), failure: error };
      const { reason, status, code } = error;
      leg.scope.log(customerEvents.customerUnread, { customerId, what: 'reseller', reason, status, code });
    }
  }
  return { calls: tenantIds.length, left: [] };
}
