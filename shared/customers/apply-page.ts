import pLimit from 'p-limit';
import { canonicalJson } from '../core/canonical-json.ts';
import { toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { Tables } from '../platform/table.ts';
import type { AzureFeed } from './azure-feed.ts';
import type { DeskCloud, PartnerConnection } from './cloud.ts';
import { detailsAreDue, readDetails, type CustomerDetails, type DetailsDeps } from './customer-details.ts';
import type { CustomerStore } from './customer-store.ts';
import { customerIdOf, parseShardKey, shardKey, type Customer } from './customer.ts';
import type { CustomerRead, ListedCustomer, SourceFailure } from './customers-source.ts';
import { readDirectoryDefaults } from './directory-defaults.ts';
import { directoryPart, type DirectoryPart } from './directory-part.ts';
import type { HealthShards } from './health-shards.ts';
import { joinShards } from './join-shards.ts';
import { readPortalLinks, type PortalLinksDeps } from './read-portal-links.ts';
import { readResellers } from './resellers.ts';

export type ApplyPageDeps = DetailsDeps &
  PortalLinksDeps & {
    tables: Tables<'customers'>;
    store: CustomerStore;
    shards: HealthShards;
    azureFeed: AzureFeed;
    cloud: Pick<DeskCloud, 'cloud' | 'connections'>;
  };

/** `fresh`: customers that were read by themselves just now, by tenant; their details are read whatever their age. */
type Page = {
  connection: PartnerConnection;
  lastShard: number;
  customers: readonly ListedCustomer[];
  fresh?: ReadonlyMap<string, CustomerRead>;
  /** Nobody's details are begun with after this time (ms since the epoch). */
  untilMs: number;
};

/**
 * What a page came to. `unread`: tenants of which Partner Center would not say all. `unserved`: tenants of whom nothing
 * says through which reseller. `left`: tenants whose details there was no time for. `failure`: some details could not be read; everything else of the page is stored nevertheless.
 */
type PageOutcome = {
  seen: string[];
  joined: number;
  changed: number;
  lastShard: number;
  calls: number;
  unread: string[];
  unserved: string[];
  left: string[];
  failure?: SourceFailure;
};

/**
 * How a listed customer stands to the store. `moved`: it left another connection, or that one is no more; one that two connections
 * see stays with the first.
 */
type Standing = 'new' | 'known' | 'returned' | 'moved' | 'elsewhere';

type Listed = ListedCustomer & {
  customerId: string;
  known: Customer | undefined;
  standing: Standing;
  isExcluded: boolean | undefined;
};

/** Brings one page of the partner's list into the store: joins who is new, changes what differs, leaves the rest alone. */
export async function applyPage(deps: ApplyPageDeps, page: Page): Promise<PageOutcome> {
  const { connection, fresh } = page;
  const listed = (await withStanding(deps, page)).filter((one) => one.standing !== 'elsewhere');
  const now = deps.clock.now();
  const isDue = ({ standing, known, tenantId }: Listed): boolean =>
    standing !== 'known' || fresh?.has(tenantId) === true || (known !== undefined && detailsAreDue(known, now));
  const due = listed.filter(isDue).map(({ tenantId }) => ({ tenantId, read: fresh?.get(tenantId) }));
  const resellers = due.length > 0 ? await readResellers(deps, connection) : [];
  const asked = { connection, resellers, untilMs: page.untilMs };
  const { byTenant, calls, left, failure } = await readDetails(deps, asked, due);
  // Before the rows are written, which then count as read for a week.
  const links = await readPortalLinks(deps, connection.id, [...byTenant.keys()]);
  const ready = listed.filter((one) => one.known !== undefined || byTenant.has(one.tenantId));

  const joining = ready.filter(({ standing }) => standing === 'new' || standing === 'moved');
  const place = { connectionId: connection.id, lastShard: page.lastShard };
  const { shardOf, lastShard } = await joinShards(deps.shards, place, joining.map(memberOf));
  await keepAzure(deps, { connectionId: connection.id, shardOf, ready, byTenant });
  const limit = pLimit(limits.directoryConcurrency);
  const changes = await Promise.all(
    ready.map((one) =>
      limit(async () => {
        const shard = shardOf.get(one.customerId);
        const healthShard = shard === undefined ? undefined : shardKey(connection.id, shard);
        const details = byTenant.get(one.tenantId);
        const part = directoryPart({ ...one, connectionId: connection.id }, details, now);
        return one.known
          ? changeKnown(deps, { one, known: one.known, part: { ...part, ...(healthShard && { healthShard }) } })
          : insertNew(deps, { one, part, healthShard: healthShard ?? shardKey(connection.id, 0) });
      }),
    ),
  );
  const detailsOf = (test: (details: CustomerDetails) => boolean) =>
    [...byTenant].filter(([, details]) => test(details)).map(([tenantId]) => tenantId);
  const served = new Set(
    listed.filter(({ known, tenantId }) => known?.reseller && !fresh?.has(tenantId)).map(({ tenantId }) => tenantId),
  );
  return {
    seen: listed.map((one) => one.customerId),
    joined: joining.length,
    changed: changes.reduce((sum, count) => sum + count, 0),
    lastShard,
    calls: calls + links.calls,
    unread: detailsOf(({ trouble }) => trouble !== undefined),
    unserved: detailsOf(({ reseller }) => reseller === undefined).filter((tenantId) => !served.has(tenantId)),
    left,
    ...(failure && { failure }),
  };
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
  const placed = ready.map(({ customerId, tenantId, known, isExcluded }) => {
    const shard = shardOf.get(customerId);
    const before = known?.azureSubscriptionIds ?? [];
    const seen = byTenant.get(tenantId)?.azureSubscriptionIds ?? before;
    const subscriptionIds = isExcluded ? [] : seen;
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

const memberOf = ({ customerId, tenantId, isExcluded }: Listed) => ({
  customerId,
  tenantId,
  ...(isExcluded && { isExcluded }),
});

async function withStanding({ store, cloud, tables }: ApplyPageDeps, page: Page): Promise<Listed[]> {
  const byId = new Map(page.customers.map((customer) => [customerIdOf(cloud.cloud, customer.tenantId), customer]));
  const stored = await store.getMany(byId.keys());
  const areNewExcluded =
    stored.size < byId.size && (await readDirectoryDefaults({ tables })).newCustomers === 'excluded';
  return [...byId].map(([customerId, customer]) => {
    const known = stored.get(customerId);
    const isExcluded = known ? known.isExcluded : areNewExcluded || undefined;
    return { ...customer, customerId, known, standing: standingOf(known, page.connection.id, cloud), isExcluded };
  });
}

function standingOf(
  known: Customer | undefined,
  connectionId: string,
  { connections }: Pick<DeskCloud, 'connections'>,
): Standing {
  if (known === undefined) return 'new';
  if (known.connectionId === connectionId) return known.leftAt === undefined ? 'known' : 'returned';
  const isHeld = known.leftAt === undefined && connections.some(({ id }) => id === known.connectionId);
  return isHeld ? 'elsewhere' : 'moved';
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
    ...(one.isExcluded && { isExcluded: true }),
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
