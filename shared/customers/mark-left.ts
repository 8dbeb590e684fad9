import { toIso, type Clock } from '../core/clock.ts';
import type { AzureFeed, AzureMember } from './azure-feed.ts';
import type { CustomerStore } from './customer-store.ts';
import { parseShardKey, shardKey, type Customer } from './customer.ts';
import type { HealthShards, Member, MemberChange } from './health-shards.ts';

type MarkLeftDeps = {
  store: Pick<CustomerStore, 'change'>;
  shards: HealthShards;
  azureFeed: AzureFeed;
  clock: Pick<Clock, 'now'>;
};

/** A pass at its end. `lastDoneAt`: when the pass before it ended (ISO). `isWhole`: who is missing from it is missing from the list. */
type Pass = { connectionId: string; lastShard: number; lastDoneAt: string | undefined; isWhole: boolean };

/**
 * Marks the customers of a connection that two whole passes have not seen, with none between that has. One is not enough: a list
 * may come back short without a sign of it, and whoever is marked is polled no more. Two have no threshold by which a
 * partner that gives up many customers at once would keep them for ever. Returns how many left.
 */
export async function markLeft(deps: MarkLeftDeps, pass: Pass, seen: ReadonlySet<string>): Promise<number> {
  let left = 0;
  for (let shard = 0; shard <= pass.lastShard; shard++) {
    const members = [...(await deps.shards.members(pass.connectionId, shard)).values()].filter(({ leftAt }) => !leftAt);
    const now = toIso(deps.clock.now());
    const found = members.filter((member) => member.missedAt !== undefined && seen.has(member.customerId));
    const missing = pass.isWhole ? members.filter((member) => !seen.has(member.customerId)) : [];
    const gone = missing.filter((member) => wasMissedBefore(member, pass));
    if (gone.length > 0) await deps.azureFeed.keep(shardKey(pass.connectionId, shard), gone.map(withoutAzure));
    left += await markCustomers(deps.store, pass.connectionId, { gone, leftAt: now });
    const changes = new Map<string, MemberChange>([
      ...entries(found, (member) => ({ ...member, missedAt: undefined })),
      ...entries(
        missing.filter(({ missedAt }) => missedAt === undefined),
        (member) => ({ ...member, missedAt: now }),
      ),
      ...entries(gone, (member) => ({ ...member, missedAt: undefined, leftAt: now })),
    ]);
    await deps.shards.change(pass.connectionId, shard, changes);
  }
  return left;
}

/**
 * Marks customers at once of whom Partner Center itself says that they are no longer the partner's. One who is listed again comes
 * back with the next pass. Returns how many left.
 */
export async function markGone(
  deps: MarkLeftDeps,
  connectionId: string,
  customers: readonly Customer[],
): Promise<number> {
  const leftAt = toIso(deps.clock.now());
  const own = customers.filter((customer) => customer.connectionId === connectionId && customer.leftAt === undefined);
  const left = await markCustomers(deps.store, connectionId, { gone: own, leftAt });
  for (const [n, group] of Map.groupBy(own, ({ healthShard }) => parseShardKey(healthShard).shard)) {
    const members = await deps.shards.members(connectionId, n);
    const gone = group.flatMap(({ customerId }) => members.get(customerId) ?? []);
    if (gone.length === 0) continue;
    await deps.azureFeed.keep(shardKey(connectionId, n), gone.map(withoutAzure));
    await deps.shards.change(connectionId, n, new Map(entries(gone, (member) => ({ ...member, leftAt }))));
  }
  return left;
}

const entries = (members: readonly Member[], change: MemberChange) =>
  members.map(({ customerId }) => [customerId, change] as const);

const withoutAzure = ({ customerId, tenantId }: Member): AzureMember => ({ customerId, tenantId, subscriptionIds: [] });

/** A pass whose end is written again, because its first run died, does not count twice. */
const wasMissedBefore = ({ missedAt }: Member, { lastDoneAt }: Pass): boolean =>
  missedAt !== undefined && lastDoneAt !== undefined && missedAt <= lastDoneAt;

async function markCustomers(
  store: Pick<CustomerStore, 'change'>,
  connectionId: string,
  { gone, leftAt }: { gone: readonly Pick<Member, 'customerId'>[]; leftAt: string },
): Promise<number> {
  return store.change(
    gone.map((member) => member.customerId),
    (customer) =>
      customer.leftAt === undefined && customer.connectionId === connectionId
        ? { ...customer, leftAt, openIncidentIds: [], openAzureIncidentIds: undefined, coverage: {} }
        : undefined,
  );
}
