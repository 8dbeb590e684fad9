import { dayMs, fromIso } from '../core/clock.ts';
import type { Delegation } from './customer.ts';
import type { Member } from './health-shards.ts';

/**
 * Template ids of the roles that read service health and file tickets: Service Support Administrator, the least, and Global
 * Administrator, which includes it. Microsoft docs: "GDAP least privileged roles by task", "Microsoft Entra built-in roles".
 */
const supportRoleIds: ReadonlySet<string> = new Set([
  'f023fd81-a637-4b56-95fd-791ac0226033',
  '62e90394-69f5-4237-9190-012177145e10',
]);

/** Microsoft docs: delegatedAdminRelationship, `status`. Rights last in these; a word that nobody knows gives none. */
const livingStatuses: ReadonlySet<string> = new Set(['active', 'expiring']);
const pendingStatuses: ReadonlySet<string> = new Set(['created', 'approvalpending', 'approved', 'activating']);

/** From the worst to the best: how much the partner's people can do in the tenant through a relationship. */
const standings = ['none', 'ended', 'pending', 'role-lacking', 'role-unknown', 'usable'] as const;
export type Standing = (typeof standings)[number];

/** `nowMs`: milliseconds since the epoch. A relationship is over at its end, whatever word Microsoft showed last. */
export function standingOf({ status, endsAt, roleIds }: Delegation, nowMs: number): Standing {
  if (status === 'none') return 'none';
  if (pendingStatuses.has(status.toLowerCase())) return 'pending';
  if (!livingStatuses.has(status.toLowerCase()) || endsAt === undefined || fromIso(endsAt) <= nowMs) return 'ended';
  if (roleIds === undefined) return 'role-unknown';
  return roleIds.some((id) => supportRoleIds.has(id.toLowerCase())) ? 'usable' : 'role-lacking';
}

export const isAlive = (delegation: Delegation, nowMs: number): boolean =>
  standings.indexOf(standingOf(delegation, nowMs)) >= standings.indexOf('role-lacking');

/** Of a customer's relationships the one that gives most and, of several, ends last. */
export function bestDelegation(delegations: readonly Delegation[], nowMs: number): Delegation {
  const [best] = delegations
    .map((one) => ({ one, rank: standings.indexOf(standingOf(one, nowMs)) }))
    .sort(
      (a, b) =>
        b.rank - a.rank ||
        compare(b.one.endsAt, a.one.endsAt) ||
        // Of equals always the same one, in whatever order Microsoft lists them.
        compare(a.one.relationshipId, b.one.relationshipId),
    );
  return best?.one ?? { status: 'none' };
}

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

/** What the health poll needs to know: whether the delegated way exists, and until when. */
export function memberDelegation(delegation: Delegation, nowMs: number): NonNullable<Member['delegation']> {
  const standing = standingOf(delegation, nowMs);
  const hasBegun = standing !== 'none' && standing !== 'pending';
  return hasBegun && delegation.endsAt !== undefined ? { endsAt: delegation.endsAt } : {};
}

/** Days before the end of a relationship at which people are warned, tightest first. */
const thresholds = [1, 7, 30] as const;

/** The tightest threshold that has been reached; undefined long before the end, and once there is nothing to end. */
export function reachedThreshold(delegation: Delegation, nowMs: number): number | undefined {
  if (!isAlive(delegation, nowMs) || delegation.endsAt === undefined) return undefined;
  const leftMs = fromIso(delegation.endsAt) - nowMs;
  return thresholds.find((days) => leftMs <= days * dayMs);
}
