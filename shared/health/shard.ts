import * as z from 'zod';
import { encodeKey } from '../core/key.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { fromIso, minuteMs } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { findingCodeSchema, troubleSchema } from '../customers/coverage.ts';
import type { Member } from '../customers/health-shards.ts';
import { createRelay, type Leg, type Relay, type RelayDeps } from '../customers/relay.ts';
import { packText, unpackText } from '../platform/packed.ts';
import { rowKind } from '../platform/row.ts';
import type { Columns, Row, Table, TableOp } from '../platform/table.ts';
import { classifications, healthLevels } from './severity.ts';

/** How many customers of a shard see a service at each level. */
const countsSchema = z.record(
  z.string(),
  z.object({ name: z.string(), levels: z.partialRecord(z.enum(healthLevels), z.number()) }),
);
export type ServiceCounts = z.output<typeof countsSchema>;

/** What explains why many tenants were not read. `since`: the cycle (ISO) that met it first; `tenants`: how many it explains. */
const findingSchema = z.object({ code: findingCodeSchema, since: z.string(), tenants: z.number() });
export type Finding = z.output<typeof findingSchema>;

const headSchema = z.object({
  generation: z.number(),
  dueAt: z.string(),
  connectionId: z.string(),
  shard: z.number(),
  /** When the last cycle began: the one "last good" of every tenant without trouble. Absent before the first. */
  cycleAt: z.string().optional(),
  tenants: z.number(),
  counts: countsSchema,
  notCovered: z.number(),
  /** Of those counted at a level that is known, the last good read that is longest ago: until when the counts may be shown. */
  oldestGoodAt: z.string().optional(),
  /**
   * Customers about whom the last cycle had news. It brought them to their rows after it was committed, so nobody knows whether
   * it came to that: the next cycle looks.
   */
  untold: z.array(z.string()).optional(),
  /** Absent while there is none. */
  findings: z.array(findingSchema).optional(),
});
export type ShardHead = Omit<z.output<typeof headSchema>, keyof Leg>;

/** `good`: `cycle` when the last cycle read the tenant, else the time (ISO) of the last good read; absent when there was none. */
const tenantSchema = z.object({
  good: z.string().optional(),
  services: z.record(z.string(), z.string()),
  /** Ids of open issues that the tenant lists. */
  open: z.array(z.string()),
  /** Ids of issues that it listed and that are over, or no longer concern it. */
  past: z.array(z.string()),
  trouble: troubleSchema.optional(),
  /** The finding of the shard that explains why the last cycle did not read the tenant; its own trouble is what it was. */
  finding: findingCodeSchema.optional(),
  /** The way that worked last. */
  way: z.enum(['app', 'gdap']).optional(),
  /** Microsoft asked not to be called about this tenant before. */
  notBefore: z.string().optional(),
  /** How often in a row it did so. */
  throttles: z.number().optional(),
  /** The next read asks for everything. */
  recheck: z.boolean().optional(),
});
export type TenantState = z.output<typeof tenantSchema>;

const knownIssueSchema = z.object({
  revision: z.string(),
  service: z.string(),
  classification: z.enum(classifications),
  status: z.string(),
  isResolved: z.boolean(),
});

export const shardStateSchema = z.object({
  names: z.record(z.string(), z.string()),
  issues: z.record(z.string(), knownIssueSchema),
  tenants: z.record(z.string(), tenantSchema),
});
/** What a shard remembers of its tenants, packed into one row. */
export type ShardState = z.output<typeof shardStateSchema>;

const emptyState = (): ShardState => ({ names: {}, issues: {}, tenants: {} });

export const shardPartition = (connectionId: string, shard: number): string =>
  `shard|${encodeKey(connectionId)}|${String(shard)}`;

export const shardHeadRow = rowKind(headSchema);
export const headOf = (row: Row): ShardHead & Leg => shardHeadRow.fromRow(row);

export const shardRelay = (deps: RelayDeps): Relay<ShardHead> =>
  createRelay<ShardHead>(deps, {
    table: 'health',
    head: shardHeadRow,
    body: ({ connectionId, shard }) => ({ kind: 'shard', connectionId, shard }),
  });

export const stateText = (state: ShardState): string => canonicalJson(state);

export const stateOf = (row: Row | undefined): ShardState =>
  row ? shardStateSchema.parse(JSON.parse(unpackText(row.columns))) : emptyState();

/**
 * A shard for an answer, head first: a cycle that ends in between makes the state younger than the head says, never older. Two
 * point reads, against a range with up to 250 members.
 */
export async function readShard(
  table: Table,
  pk: string,
): Promise<{ head: (ShardHead & Leg) | undefined; state: ShardState }> {
  const head = await table.get(pk, 'H');
  const state = await table.get(pk, 'S');
  return { head: head && headOf(head), state: stateOf(state) };
}

export const stateOp = (text: string): TableOp => ({ kind: 'upsert', rk: 'S', columns: { v: 1, ...packText(text) } });

const memberRow = rowKind(
  z.object({
    customerId: z.string(),
    tenantId: z.string(),
    leftAt: z.string().optional(),
    missedAt: z.string().optional(),
    isExcluded: z.boolean().optional(),
    delegation: z.object({ endsAt: z.string().optional() }).optional(),
  }),
);
export const memberKey = (customerId: string): string => `M|${customerId}`;
export const memberOf = (row: Row): Member => memberRow.fromRow(row);
export const memberColumns = (member: Member): Columns => memberRow.toColumns(member);
export const memberOp = (member: Member): TableOp => ({
  kind: 'upsert',
  rk: memberKey(member.customerId),
  columns: memberColumns(member),
});

/** When a tenant was read well for the last time (ISO). */
export const lastGoodAt = (
  head: Pick<ShardHead, 'cycleAt'>,
  tenant: Pick<TenantState, 'good'> | undefined,
): string | undefined => (tenant?.good === 'cycle' ? head.cycleAt : tenant?.good);

/**
 * By which way the desk reads a tenant. The directory enters every customer as `app`, which is tried first; `none` is for those
 * whose ways a person must mend.
 */
export function accessOf(tenant: Pick<TenantState, 'good' | 'way' | 'trouble'> | undefined): 'app' | 'gdap' | 'none' {
  const trouble = tenant?.trouble;
  const isShut =
    trouble !== undefined &&
    trouble.isNotice !== true &&
    trouble.code !== 'throttled' &&
    trouble.code !== 'microsoft-down';
  return isShut ? 'none' : (tenant?.way ?? 'app');
}

/** What was read longer ago than this many intervals is no longer known. */
export const isStale = (goodAt: string | undefined, now: number, pollMinutes: number): boolean =>
  goodAt === undefined || now - fromIso(goodAt) > limits.healthStaleIntervals * pollMinutes * minuteMs;
