import { fromIso } from '../core/clock.ts';
import { lastGoodAt, isStale, type ServiceCounts, type ShardHead, type ShardState, type TenantState } from './shard.ts';
import { serviceLevel, type HealthLevel } from './severity.ts';

/** A customer's services, each at its level and with the open issues behind it. */
export type ServiceHealth = { id: string; name: string; status: HealthLevel; incidentIds: string[] };

/** What the desk can say of a tenant now. What was never read, or too long ago, is unknown: never healthy. */
export function servicesOf(
  state: ShardState,
  tenant: TenantState | undefined,
  { isUnknown, now }: { isUnknown: boolean; now: number },
): ServiceHealth[] {
  const statuses = tenant && Object.keys(tenant.services).length > 0 ? tenant.services : undefined;
  // Of a tenant that was never read nothing is known, not even its services: those of its neighbours stand in, as unknown.
  const ids = Object.keys(statuses ?? state.names).sort();
  return ids.map((id) => {
    const incidentIds = (tenant?.open ?? []).filter((issue) => state.issues[issue]?.service === id);
    const open = incidentIds
      .flatMap((issue) => state.issues[issue] ?? [])
      .map((issue) => ({ ...issue, silentMs: now - fromIso(issue.revision) }));
    const status = isUnknown || !statuses ? 'unknown' : serviceLevel(statuses[id] ?? '', open);
    return { id, name: state.names[id] ?? id, status, incidentIds };
  });
}

/** `oldestGoodAt`: the last good read longest ago (ISO) of those of whom something can be said. */
export type Counted = { counts: ServiceCounts; notCovered: number; oldestGoodAt?: string };

/** How many of these customers see each service at each level, and of how many nothing can be said. */
export function countLevels(
  { head, state }: { head: Pick<ShardHead, 'cycleAt'>; state: ShardState },
  customerIds: Iterable<string>,
  { now, pollMinutes }: { now: number; pollMinutes: number },
): Counted {
  const counts: ServiceCounts = {};
  let notCovered = 0;
  let oldestGoodAt: string | undefined;
  for (const customerId of customerIds) {
    const tenant = state.tenants[customerId];
    const goodAt = lastGoodAt(head, tenant);
    const isUnknown = isStale(goodAt, now, pollMinutes);
    if (isUnknown) notCovered++;
    else if (oldestGoodAt === undefined || (goodAt ?? '') < oldestGoodAt) oldestGoodAt = goodAt;
    if (!tenant?.good) continue;
    for (const { id, name, status } of servicesOf(state, tenant, { isUnknown, now })) {
      const levels = (counts[id] ??= { name, levels: {} }).levels;
      levels[status] = (levels[status] ?? 0) + 1;
    }
  }
  return { counts, notCovered, ...(oldestGoodAt !== undefined && { oldestGoodAt }) };
}
