import * as z from 'zod';
import { fromIso } from '../core/clock.ts';
import { afterPrefix, encodeKey, newestFirst } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import { firstRows, isRefusal, type Table, type TableOp } from '../platform/table.ts';
import { incidentKey, incidentOf, incidentPartition, incidentSchema, type Incident } from './incident.ts';
import type { Classification } from './severity.ts';

/** What a list says of an incident; its posts and customers stand with the incident itself. */
export const incidentSummarySchema = incidentSchema.omit({
  postKeys: true,
  listedAt: true,
  openedRevision: true,
  polledRevision: true,
});
export type IncidentSummary = z.output<typeof incidentSummarySchema>;

const summaryRow = rowKind(incidentSummarySchema);

export const summaryOf = (incident: Incident): IncidentSummary => incidentSummarySchema.parse(incident);

/** Planned changes stand apart: they are many, and nobody who lists incidents reads past them. */
const named = (name: string, classification: Classification | undefined): string =>
  classification === 'planned-change' ? `${name}-changes` : name;

type List = { which: 'all' | 'open'; classification: Classification | undefined; service?: string | undefined };

const listPartition = ({ which, classification, service }: List): string =>
  [named('list', classification), which, ...(service === undefined ? [] : [encodeKey(service)])].join('|');

const listKey = ({ id, listedAt }: Pick<Incident, 'id' | 'listedAt'>): string =>
  `${newestFirst(fromIso(listedAt))}|${encodeKey(id)}`;

/**
 * Brings the lists up to date with the stored incident. `list|all` is written last, so a row of the same revisions there says
 * that the others are right too. The incident is read again at the end: of two writers, the slower sees that it was slower.
 */
export async function projectIncident(table: Table, incident: Incident): Promise<void> {
  let latest = incident;
  for (;;) {
    const listed = await table.get(
      listPartition({ which: 'all', classification: latest.classification }),
      listKey(latest),
    );
    if (listed && isAsNew(summaryRow.fromRow(listed), latest)) return;
    await writeLists(table, latest);
    const row = await table.get(incidentPartition(latest.id), incidentKey);
    if (!row) return;
    const stored = incidentOf(row);
    if (isAsNew(latest, stored)) return;
    latest = stored;
  }
}

type Version = Pick<Incident, 'revision' | 'detailsRevision' | 'state'>;
const isAsNew = (one: Version, other: Version): boolean =>
  one.revision === other.revision && one.detailsRevision === other.detailsRevision && one.state === other.state;

async function writeLists(table: Table, incident: Incident): Promise<void> {
  const rk = listKey(incident);
  const present: TableOp = { kind: 'upsert', rk, columns: summaryRow.toColumns(summaryOf(incident)) };
  const { classification } = incident;
  for (const service of [incident.service, undefined]) {
    const open = listPartition({ which: 'open', classification, service });
    if (incident.state === 'open') await table.transact(open, [present]);
    else if (await table.get(open, rk)) await table.transact(open, [{ kind: 'delete', rk }]).catch(ifGone);
  }
  await table.transact(listPartition({ which: 'all', classification, service: incident.service }), [present]);
  await table.transact(listPartition({ which: 'all', classification }), [present]);
}

/** Another writer of the same news took it away first. */
const ifGone = (error: unknown): void => {
  if (!isRefusal(error, 'missing')) throw error;
};

type ListQuery = {
  state?: 'open' | 'resolved' | undefined;
  service?: string | undefined;
  /** Planned changes have lists of their own; of the others the caller leaves out what it does not want. */
  classification?: Classification | undefined;
  /** Row key of the last item of the page before. */
  after?: string | undefined;
};

type Listed = { at: string; incident: IncidentSummary };

/** The next `count` rows of a list, newest first. With `resolved`, open ones are among them: the caller leaves them out. */
export async function readList(table: Table, query: ListQuery, count: number): Promise<Listed[]> {
  const { state, classification, service } = query;
  const pk = listPartition({ which: state === 'open' ? 'open' : 'all', classification, service });
  const rows = await firstRows(table, { pk, from: query.after === undefined ? '' : `${query.after}!` }, count);
  return rows.map((row) => ({ at: row.rk, incident: summaryRow.fromRow(row) }));
}

/** Which incidents a customer was affected by: rows of its shard, by customer, newest first. */
const seenRow = rowKind(z.object({ incidentId: z.string(), firstSeenAt: z.string() }));

const seenPartition = (healthShard: string, classification: Classification | undefined): string =>
  `${named('seen', classification)}|${healthShard}`;

type Sighting = { customerId: string; incident: Incident; firstSeenAt: string };

const transactionSteps = 100;

export async function writeSightings(table: Table, healthShard: string, sightings: readonly Sighting[]): Promise<void> {
  const places = Map.groupBy(sightings, ({ incident }) => seenPartition(healthShard, incident.classification));
  for (const [pk, here] of places) {
    const ops = here.map(({ customerId, incident, firstSeenAt }): TableOp => {
      const columns = seenRow.toColumns({ incidentId: incident.id, firstSeenAt });
      return { kind: 'upsert', rk: `${customerId}|${listKey(incident)}`, columns };
    });
    for (let at = 0; at < ops.length; at += transactionSteps) {
      await table.transact(pk, ops.slice(at, at + transactionSteps));
    }
  }
}

type Sighted = { at: string; incidentId: string };
type Sightings = Pick<ListQuery, 'classification' | 'after'> & { healthShard: string; customerId: string };

export async function readSightings(
  table: Table,
  { healthShard, customerId, classification, after }: Sightings,
  count: number,
): Promise<Sighted[]> {
  const prefix = `${customerId}|`;
  const from = after === undefined ? prefix : `${prefix}${after}!`;
  const rows = await firstRows(
    table,
    { pk: seenPartition(healthShard, classification), from, to: afterPrefix(prefix) },
    count,
  );
  return rows.map((row) => ({ at: row.rk.slice(prefix.length), incidentId: seenRow.fromRow(row).incidentId }));
}
