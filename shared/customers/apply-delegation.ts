import { canonicalJson } from '../core/canonical-json.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { CustomerStore } from './customer-store.ts';
import type { Customer, Delegation } from './customer.ts';
import { bestDelegation, memberDelegation, reachedThreshold } from './delegation-rules.ts';
import { customerEvents } from './events.ts';
import type { HealthShards, Member } from './health-shards.ts';
import { delegationsByTenant, type Relationships } from './known-relationships.ts';

export type ApplyDelegationDeps = { store: Pick<CustomerStore, 'change'>; shards: HealthShards };

/** What was known when the rows were written last, and what is known now; `atMs` is undefined where they never were. */
type Known = { relationships: Relationships; atMs: number };

type Applying = {
  connectionId: string;
  shards: number;
  before: Known | undefined;
  now: Known;
  /** The list is complete: whoever has no relationship in it has none. */
  isWhole: boolean;
};

type Wanted = { delegation: Delegation; days: number | undefined };

const batchSize = 100;

/**
 * Brings what is known of relationships to the customers' rows and to the members of their shards. Which rows differ follows from
 * what was known before and from the members, so a quiet pass reads the members and writes nothing. A customer's row comes
 * before its member: a run that dies in between finds the member different and comes again, and so does one that finds no row
 * yet, or one that is still another connection's. Returns how many changed.
 */
export async function applyDelegation(deps: ApplyDelegationDeps, applying: Applying, scope: Scope): Promise<number> {
  const { connectionId, before, now, isWhole } = applying;
  const then = before && wantedBy(before);
  const present = wantedBy(now);
  let changed = 0;
  for (let shard = 0; shard < applying.shards; shard++) {
    const members = [...(await deps.shards.members(connectionId, shard)).values()];
    const wanted = new Map<string, Wanted>();
    const delegations = new Map<string, Member['delegation']>();
    for (const { customerId, tenantId, leftAt, delegation: known } of members) {
      const found = present(tenantId);
      if (leftAt !== undefined || (found.delegation.status === 'none' && !isWhole)) continue;
      const delegation = memberDelegation(found.delegation, now.atMs);
      const isKnown = known !== undefined && canonicalJson(known) === canonicalJson(delegation);
      if (!isKnown) delegations.set(customerId, delegation);
      if (!isKnown || !then || canonicalJson(then(tenantId)) !== canonicalJson(found)) wanted.set(customerId, found);
    }
    const told = await changeCustomers(deps.store, { connectionId, wanted }, scope);
    changed += told.changed;
    const changes = [...delegations]
      .filter(([customerId]) => told.reached.has(customerId))
      .map(([customerId, delegation]) => [customerId, (member: Member) => ({ ...member, delegation })] as const);
    await deps.shards.change(connectionId, shard, new Map(changes));
  }
  return changed;
}

function wantedBy({ relationships, atMs }: Known): (tenantId: string) => Wanted {
  const byTenant = delegationsByTenant(relationships);
  return (tenantId) => {
    const delegation = bestDelegation(byTenant.get(tenantId.toLowerCase()) ?? [], atMs);
    return { delegation, days: reachedThreshold(delegation, atMs) };
  };
}

type Changing = { connectionId: string; wanted: ReadonlyMap<string, Wanted> };
type Warning = { customerId: string; days: number; endsAt: string | undefined };

async function changeCustomers(
  store: Pick<CustomerStore, 'change'>,
  { connectionId, wanted }: Changing,
  scope: Scope,
): Promise<{ changed: number; reached: ReadonlySet<string> }> {
  const ids = [...wanted.keys()];
  const reached = new Set<string>();
  let changed = 0;
  for (let at = 0; at < ids.length; at += batchSize) {
    // By customer, because the change is made anew where another writer was quicker.
    const warnings = new Map<string, Warning | undefined>();
    changed += await store.change(ids.slice(at, at + batchSize), (customer) => {
      const found = wanted.get(customer.customerId);
      if (!found || customer.leftAt !== undefined || customer.connectionId !== connectionId) return undefined;
      reached.add(customer.customerId);
      const { gdap, warning } = withWarning(customer, found);
      warnings.set(customer.customerId, warning);
      return canonicalJson(gdap) === canonicalJson(customer.gdap ?? null) ? undefined : { ...customer, gdap };
    });
    // Only now: whoever lost the race for the row has not warned.
    for (const warning of warnings.values()) if (warning) scope.log(customerEvents.gdapEnding, warning);
  }
  return { changed, reached };
}

/** The row's own memory makes a warning once per relationship, end and threshold, however long nobody looked. */
function withWarning(
  { customerId, gdap: known }: Customer,
  { delegation, days }: Wanted,
): { gdap: Delegation; warning?: Warning } {
  const isSame = known?.relationshipId === delegation.relationshipId && known?.endsAt === delegation.endsAt;
  const warned = isSame ? known?.warnedDays : undefined;
  const isDue = days !== undefined && (warned === undefined || days < warned);
  const warnedDays = isDue ? days : warned;
  const gdap = { ...delegation, ...(warnedDays !== undefined && { warnedDays }) };
  return isDue ? { gdap, warning: { customerId, days, endsAt: delegation.endsAt } } : { gdap };
}
