import { dayMs, fromIso, minuteMs } from '../core/clock.ts';
import { hashOf, shardOf } from '../core/hash.ts';
import type { Member } from '../customers/health-shards.ts';
import type { Planned } from './read-tenants.ts';
import { lastGoodAt, type ShardHead, type ShardState, type TenantState } from './shard.ts';
import { delegationState, waysOf } from './ways.ts';

/** Microsoft's clocks and replicas lag: what changed shortly before the last read is asked for again. */
const overlapMs = 10 * minuteMs;
const slotsPerPeriod = 32 * 32;

/**
 * Who is read in this cycle and how. Tenants that Microsoft asked to leave alone are left out; those that a cycle had no time
 * for come first, those in trouble last. While a finding stands, who begins changes with the time, so that a few tenants with
 * trouble of their own cannot keep it up.
 */
export function planCycle(
  {
    head,
    state,
    now,
  }: { head: Pick<ShardHead, 'connectionId' | 'cycleAt' | 'findings'>; state: ShardState; now: number },
  members: readonly Member[],
): Planned[] {
  const rank = (tenant: TenantState | undefined): number => (tenant?.good === 'cycle' ? 1 : tenant?.trouble ? 2 : 0);
  const from = head.findings ? anyOf(members.length, now) : 0;
  return [...members.slice(from), ...members.slice(0, from)]
    .map((member) => ({ member, tenant: state.tenants[member.customerId] }))
    .filter(({ tenant }) => tenant?.notBefore === undefined || fromIso(tenant.notBefore) <= now)
    .sort((a, b) => rank(a.tenant) - rank(b.tenant))
    .map(({ member, tenant }) => {
      const goodAt = lastGoodAt(head, tenant);
      const since = goodAt === undefined ? undefined : fromIso(goodAt);
      const isFull = since === undefined || tenant?.recheck === true || crossesSlot(member.customerId, since, now);
      return {
        customerId: member.customerId,
        connectionId: head.connectionId,
        tenantId: member.tenantId,
        delegation: delegationState(member, now),
        last: tenant?.way,
        ways: waysOf(tenant?.way, delegationState(member, now)),
        changedAfter: isFull ? undefined : since - overlapMs,
      };
    });
}

/** Some number below `count`, another one at another time. */
function anyOf(count: number, now: number): number {
  const hash = hashOf(String(now));
  return (shardOf(hash) * 32 + shardOf(hash.slice(1))) % Math.max(1, count);
}

/** Once in a period every tenant is read whole, each at its own time, so that the large answers do not come all at once. */
export const slots =
  (periodMs: number) =>
  (customerId: string, since: number, now: number): boolean => {
    // The first letter of every customer id is the same; the two after it are chance.
    const slot = shardOf(customerId.slice(1)) * 32 + shardOf(customerId.slice(2));
    const offset = (slot * periodMs) / slotsPerPeriod;
    return Math.floor((now - offset) / periodMs) > Math.floor((since - offset) / periodMs);
  };

const crossesSlot = slots(dayMs);
