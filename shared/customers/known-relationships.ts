import * as z from 'zod';
import { dayMs, fromIso, hourMs, minuteMs } from '../core/clock.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { limits } from '../core/limits.ts';
import { packText, unpackText } from '../platform/packed.ts';
import { writeOver, type Row, type TableOp } from '../platform/table.ts';
import type { Delegation } from './customer.ts';
import { isAlive } from './delegation-rules.ts';
import type { ListedRelationship } from './delegation-source.ts';

const relationshipSchema = z.object({
  tenantId: z.string(),
  status: z.string(),
  endsAt: z.string().optional(),
  revision: z.string(),
  roleIds: z.array(z.string()).optional(),
  /** When the roles were asked for last (ISO), and of which revision. */
  rolesAt: z.string().optional(),
  rolesOf: z.string().optional(),
});
export type Relationship = z.output<typeof relationshipSchema>;

/** The relationships of a connection by id. */
export type Relationships = Map<string, Relationship>;

const bucketSchema = z.record(z.string(), relationshipSchema);

/** One row holds some fifteen thousand relationships, so they are spread over sixteen, by the first digit of the tenant. */
const bucketKey = ({ tenantId }: Relationship): string => `S|${tenantId.slice(0, 1)}`;

export const relationshipsOf = (rows: readonly Row[]): Relationships =>
  new Map(rows.flatMap(({ columns }) => Object.entries(bucketSchema.parse(JSON.parse(unpackText(columns))))));

/** The rows that must be written so that `relationships` is kept: those that differ from what they hold. */
export function changedBuckets(rows: readonly Row[], relationships: Relationships): TableOp[] {
  const groups = Map.groupBy(relationships, ([, one]) => bucketKey(one));
  const keys = new Set([...rows.map(({ rk }) => rk), ...groups.keys()]);
  return [...keys].flatMap((rk): TableOp[] => {
    const text = canonicalJson(Object.fromEntries(groups.get(rk) ?? []));
    const row = rows.find((one) => one.rk === rk);
    if (row && unpackText(row.columns) === text) return [];
    const columns = { v: 1, ...packText(text) };
    return [writeOver(row, { rk, columns })];
  });
}

/** Takes in what the list says; roles stay until they are read again. */
export function takeListed(relationships: Relationships, { id, ...listed }: ListedRelationship): void {
  const { roleIds, rolesAt, rolesOf } = relationships.get(id) ?? {};
  relationships.set(id, { ...listed, ...(rolesAt !== undefined && { rolesAt, rolesOf, roleIds }) });
}

export const delegationOf = (id: string, { status, endsAt, roleIds }: Relationship): Delegation => ({
  relationshipId: id,
  status,
  ...(endsAt !== undefined && { endsAt }),
  ...(roleIds && { roleIds }),
});

export const delegationsByTenant = (relationships: Relationships): Map<string, Delegation[]> =>
  new Map(
    [...Map.groupBy(relationships, ([, { tenantId }]) => tenantId)].map(([tenantId, group]) => [
      tenantId,
      group.map(([id, one]) => delegationOf(id, one)),
    ]),
  );

const rolesMs = limits.delegationRolesDays * dayMs;
const passesPerRound = rolesMs / (limits.delegationMinutes * minuteMs);

/**
 * Ids of living relationships whose roles must be read now: first those that changed or were never read, then the ones read
 * longest ago, but only so many at once that a large fleet comes round in a week without a burst.
 */
export function rolesDue(relationships: Relationships, nowMs: number): string[] {
  const living = [...relationships].filter(([id, one]) => isAlive(delegationOf(id, one), nowMs));
  const isChanged = ([, one]: [string, Relationship]) => one.rolesOf !== one.revision;
  const ageMs = ({ rolesAt }: Relationship) => nowMs - fromIso(rolesAt ?? '1970-01-01T00:00:00Z');
  const old = living
    .filter((entry) => !isChanged(entry) && ageMs(entry[1]) >= (entry[1].roleIds ? rolesMs : hourMs))
    .sort(([, a], [, b]) => ageMs(b) - ageMs(a))
    .slice(0, 2 * Math.ceil(living.length / passesPerRound));
  return [...living.filter(isChanged), ...old].map(([id]) => id);
}
