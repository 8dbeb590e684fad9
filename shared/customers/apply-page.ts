import pLimit from 'p-limit';
import { canonicalJson } from '../core/canonical-json.ts';
import { toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { AzureFeed } from './azure-feed.ts';
import type { CloudName, PartnerConnection } from './cloud.ts';
import { detailsAreDue, readDetails, type CustomerDetails, type DetailsDeps } from './customer-details.ts';
import type { CustomerStore } from './customer-store.ts';
import { customerIdOf, parseShardKey, shardKey, type Customer } from './customer.ts';
import type { ListedCustomer, SourceFailure } from './customers-source.ts';
import type { HealthShards } from './health-shards.ts';
import { joinShards } from './join-shards.ts';

export type ApplyPageDeps = DetailsDeps & {
  store: CustomerStore;
  shards: HealthShards;
  azureFeed: AzureFeed;
  cloud: { cloud: CloudName };
};

type Page = { connection: PartnerConnection; lastShard: number; customers: readonly ListedCustomer[] };

/** What a page came to. `failure`: some details could not be read; everything else of the page is stored nevertheless. */
type PageOutcome = {
  seen: string[];
  joined: number;
  changed: number;
  lastShard: number;
  calls: number;
  failure?: SourceFailure;
};

/** How a listed customer stands to the store. `moved`: it left another connection; one that two connections see stays with the first. */
type Standing = 'new' | 'known' | 'returned' | 'moved' | 'elsewhere';

type Listed = ListedCustomer & { customerId: string; known: Customer | undefined; standing: Standing };

/** Brings one page of the partner's list into the store: joins who is new, changes what differs, leaves the rest alone. */
export async function applyPage(deps: ApplyPageDeps, page: Page): Promise<PageOutcome> {
  const connectionId = page.connection.id;
  const listed = (await withStanding(deps, page)).filter((one) => one.standing !== 'elsewhere');
  const now = deps.clock.now();
  const due = listed.filter((one) => one.standing !== 'known' || (one.known && detailsAreDue(one.known, now)));
  const tenantIds = due.map((one) => one.tenantId);
  const { byTenant, calls, failure } = await readDetails(deps, connectionId, tenantIds);
  const ready = listed.filter((one) => one.known !== undefined || byTenant.has(one.tenantId));

  const joining = ready.filter((one) => one.standing === 'new' || one.standing === 'moved');
  const place = { connectionId, lastShard: page.lastShard };
  const { shardOf, lastShard } = await joinShards(deps.shards, place, joining.map(memberOf));
  await keepAzure(deps, { connectionId, shardOf, ready, byTenant });
  const limit = pLimit(limits.directoryConcurrency);
  const changes = await Promise.all(
    ready.map((one) =>
      limit(async () => {
        const shard = shardOf.get(one.customerId);
        const healthShard = shard === undefined ? undefined : shardKey(connectionId, shard);
        const part = directoryPart(one, { details: byTenant.get(one.tenantId), connectionId, now });
        return one.known
          ? changeKnown(deps, { one, known: one.known, part: { ...part, ...(healthShard && { healthShard }) } })
          : insertNew(deps, { one, part, healthShard: healthShard ?? shardKey(connectionId, 0) });
      }),
    ),
  );
  const changed = changes.reduce((sum, count) => sum + count, 0);
  const seen = listed.map((one) => one.customerId);
  return { seen, joined: joining.length, changed, lastShard, calls, ...(failure && { failure }) };
}

type Azure = {
  connectionId: string;
  shardOf: ReadonlyMap<string, number>;
  ready: readonly Listed[];
  byTenant: ReadonlyMap<string, CustomerDetails>;
};

/** Ahead of the customers' rows: what this run does not come to still differs in the next. Shards without Azure are not asked. */
async function keepAzure(
  { azureFeed }: ApplyPageDeps,
  { connectionId, shardOf, ready, byTenant }: Azure,
): Promise<void> {
  const placed = ready.map(({ customerId, tenantId, known }) => {
    const shard = shardOf.get(customerId);
    const before = known?.azureSubscriptionIds ?? [];
    const subscriptionIds = byTenant.get(tenantId)?.azureSubscriptionIds ?? before;
    const healthShard = shard === undefined ? known?.healthShard : shardKey(connectionId, shard);
    return {
      healthShard,
      member: { customerId, tenantId, subscriptionIds },
      concerns: before.length + subscriptionIds.length > 0,
    };
  });
  const concerned = placed.filter(({ concerns }) => concerns);
  for (const [healthShard, group] of Map.groupBy(concerned, (one) => one.healthShard)) {
    const members = group.map(({ member }) => member);
    if (healthShard !== undefined) await azureFeed.keep(healthShard, members);
  }
}

const memberOf = ({ customerId, tenantId }: Listed) => ({ customerId, tenantId });

async function withStanding({ store, cloud }: ApplyPageDeps, { connection, customers }: Page): Promise<Listed[]> {
  const byId = new Map(customers.map((customer) => [customerIdOf(cloud.cloud, customer.tenantId), customer]));
  const stored = await store.getMany(byId.keys());
  return [...byId].map(([customerId, customer]) => {
    const known = stored.get(customerId);
    return { ...customer, customerId, known, standing: standingOf(known, connection.id) };
  });
}

function standingOf(known: Customer | undefined, connectionId: string): Standing {
  if (known === undefined) return 'new';
  if (known.connectionId === connectionId) return known.leftAt === undefined ? 'known' : 'returned';
  return known.leftAt === undefined ? 'elsewhere' : 'moved';
}

type DirectoryPart = Pick<Customer, 'name' | 'initialDomain' | 'relationship' | 'connectionId' | 'domains'> &
  Partial<Pick<Customer, 'azureSubscriptionIds' | 'detailsAt' | 'healthShard'>>;

/** What the directory says of a customer; without new details, what it said before. */
function directoryPart(
  one: Listed,
  { details, connectionId, now }: { details: CustomerDetails | undefined; connectionId: string; now: number },
): DirectoryPart {
  return {
    connectionId,
    name: one.name,
    initialDomain: one.initialDomain,
    relationship: one.relationship,
    domains: [...new Set([one.initialDomain, ...(details?.domains ?? one.known?.domains ?? [])])],
    ...(details && { detailsAt: toIso(now) }),
    ...(details?.azureSubscriptionIds && { azureSubscriptionIds: details.azureSubscriptionIds }),
  };
}

type Joining = { one: Listed; part: DirectoryPart; healthShard: string };

async function insertNew({ store, clock }: ApplyPageDeps, { one, part, healthShard }: Joining): Promise<number> {
  // Pointers first: one that leads nowhere yet is harmless, a customer without them would not be found.
  await store.pointDomains(one.customerId, { add: part.domains, remove: [] });
  const isNew = await store.insert({
    azureSubscriptionIds: [],
    detailsAt: toIso(clock.now()),
    ...part,
    customerId: one.customerId,
    tenantId: one.tenantId,
    healthShard,
    access: { way: 'app' },
    openIncidentIds: [],
    coverage: {},
    externalRefs: [],
  });
  return isNew ? 1 : 0;
}

type Changing = { one: Listed; known: Customer; part: DirectoryPart };

async function changeKnown({ store, shards }: ApplyPageDeps, { one, known, part }: Changing): Promise<number> {
  if (one.standing === 'returned') {
    const { connectionId, shard } = parseShardKey(known.healthShard);
    await shards.put(connectionId, shard, [memberOf(one)]);
  }
  const add = part.domains.filter((domain) => !known.domains.includes(domain));
  const remove = known.domains.filter((domain) => !part.domains.includes(domain));
  await store.pointDomains(known.customerId, { add, remove });
  return store.change([known.customerId], (customer) => {
    const next: Customer = { ...customer, ...part };
    delete next.leftAt;
    return canonicalJson(next) === canonicalJson(customer) ? undefined : next;
  });
}
