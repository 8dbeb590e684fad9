import pLimit from 'p-limit';
import type { Caller } from '../core/caller.ts';
import { createDirectoryState } from '../customers/directory.ts';
import { isPolled } from '../customers/health-shards.ts';
import { parseShardKey, type Customer } from '../customers/customer.ts';
import type { Table, Tables } from '../platform/table.ts';
import { azureService } from './azure-event.ts';
import { ownAzureCounts, storedAzureCounts, type ShardPlace } from './azure-fleet.ts';
import { countLevels, type Counted } from './count-levels.ts';
import type { HealthQueryDeps } from './customer-health.ts';
import type { Fleet } from './health-answers.ts';
import type { HealthLevel } from './severity.ts';
import { findingsOver, shardFindings, type ShardFindings } from './fleet-findings.ts';
import { readMembers } from './shard-members.ts';
import { headOf, isStale, readShard, shardPartition, type ServiceCounts } from './shard.ts';

type FleetQuery = { service?: string | undefined; status?: HealthLevel | undefined };

type ShardCount = Counted & { cycleAt: string | undefined; wide: ShardFindings };

type Shard = Awaited<ReturnType<typeof readShard>>;

const concurrentReads = 16;

export type FleetDeps = HealthQueryDeps & { tables: Tables<'health' | 'customers'> };

/**
 * How many customers see each service at each level. People get it from the counts that each shard's last cycle stored, and from
 * the shard's state where one of those counted has not been read for too long since; a portal's is counted from the states of the shards that hold its customers.
 */
export async function fleetHealth(deps: FleetDeps, caller: Caller, query: FleetQuery): Promise<Fleet> {
  const own = caller.kind === 'portal' ? caller.customers : 'all';
  const customers = own === 'all' ? undefined : await presentCustomers(deps, own);
  const places = customers ? [] : await allPlaces(deps);
  const shards = customers ? await ownCounts(deps, customers) : await storedCounts(deps, places);
  const azure = customers ? await ownAzureCounts(deps, customers) : await storedAzureCounts(deps, places);
  const current = shards.flatMap(({ cycleAt }) => cycleAt ?? []);
  const services = [...summed([...shards, ...azure])]
    .filter(([id]) => query.service === undefined || id === query.service)
    .filter(([, { levels }]) => query.status === undefined || (levels[query.status] ?? 0) > 0)
    .map(([id, { name, levels }]) => ({
      id,
      name,
      ...(id === azureService.service && { asOf: azure.flatMap(({ cycleAt }) => cycleAt ?? []).sort()[0] ?? null }),
      counts: { healthy: 0, advisory: 0, degraded: 0, down: 0, unknown: 0, ...levels },
    }));
  return {
    asOf: current.sort()[0] ?? null,
    services,
    notCovered: shards.reduce((sum, { notCovered }) => sum + notCovered, 0),
    findings: findingsOver(shards.map(({ wide }) => wide)),
  };
}

async function allPlaces(deps: FleetDeps): Promise<ShardPlace[]> {
  const directory = createDirectoryState(deps);
  const places: ShardPlace[] = [];
  for (const { id } of deps.cloud.connections) {
    const { shards } = await directory(id);
    for (let shard = 0; shard < shards; shard++) places.push({ connectionId: id, shard });
  }
  return places;
}

const presentCustomers = async (deps: FleetDeps, own: ReadonlySet<string>): Promise<Customer[]> =>
  [...(await deps.customers.getMany(own)).values()].filter(isPolled);

async function storedCounts(deps: FleetDeps, places: readonly ShardPlace[]): Promise<ShardCount[]> {
  const limit = pLimit(concurrentReads);
  const table = deps.tables('health');
  return Promise.all(places.map((place) => limit(async () => storedCount(deps, table, place))));
}

async function storedCount(deps: FleetDeps, table: Table, { connectionId, shard: n }: ShardPlace): Promise<ShardCount> {
  const pk = shardPartition(connectionId, n);
  const row = await table.get(pk, 'H');
  const head = row && headOf(row);
  if (head?.cycleAt === undefined) {
    const members = [...(await readMembers(table, pk)).values()].filter(isPolled);
    const wide = { connectionId, tenants: members.length, findings: [] };
    return { counts: {}, notCovered: members.length, cycleAt: undefined, wide };
  }
  const { cycleAt, counts, notCovered, oldestGoodAt } = head;
  const isCurrent =
    oldestGoodAt === undefined || !isStale(oldestGoodAt, deps.clock.now(), deps.cloud.healthPollMinutes);
  if (isCurrent) return { counts, notCovered, cycleAt, wide: shardFindings(head) };
  const shard = await readShard(table, pk);
  return countNow(deps, shard, Object.keys(shard.state.tenants));
}

function countNow({ clock, cloud }: FleetDeps, { head, state }: Shard, ids: Iterable<string>): ShardCount {
  const customerIds = [...ids];
  const cycleAt = head?.cycleAt;
  const at = { now: clock.now(), pollMinutes: cloud.healthPollMinutes };
  const wide = head ? shardFindings(head, { state, customerIds }) : { connectionId: '', tenants: 0, findings: [] };
  return { ...countLevels({ head: { cycleAt }, state }, customerIds, at), cycleAt, wide };
}

async function ownCounts(deps: FleetDeps, customers: readonly Customer[]): Promise<ShardCount[]> {
  const table = deps.tables('health');
  const byShard = Map.groupBy(customers, (customer) => customer.healthShard);
  const limit = pLimit(concurrentReads);
  const count = async (key: string, group: Customer[]): Promise<ShardCount> => {
    const { connectionId, shard } = parseShardKey(key);
    const held = await readShard(table, shardPartition(connectionId, shard));
    const ids = group.map((customer) => customer.customerId);
    return countNow(deps, held, ids);
  };
  return Promise.all([...byShard].map(([key, group]) => limit(async () => count(key, group))));
}

function summed(shards: readonly Pick<ShardCount, 'counts'>[]): Map<string, ServiceCounts[string]> {
  const sums = new Map<string, ServiceCounts[string]>();
  for (const { counts } of shards) {
    for (const [id, { name, levels }] of Object.entries(counts)) {
      const sum = sums.get(id) ?? { name, levels: {} };
      for (const [level, count] of Object.entries(levels) as [HealthLevel, number][]) {
        sum.levels[level] = (sum.levels[level] ?? 0) + count;
      }
      sums.set(id, sum);
    }
  }
  return new Map([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}
