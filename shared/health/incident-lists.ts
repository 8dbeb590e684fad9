import * as z from 'zod';
import { fromIso } from '../core/clock.ts';
import { afterPrefix, encodeKey, newestFirst } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import { firstRows, type Table, type TableOp } from '../platform/table.ts';
import { incidentKey, incidentOf, incidentPartition, incidentSchema, type Incident } from './incident.ts';

/** What a list says of an incident; its posts and customers stand with the incident itself. */
export const incidentSummarySchema = incidentSchema.omit({ postKeys: true, listedAt: true, openedRevision: true });
export type IncidentSummary = z.output<typeof incidentSummarySchema>;

const summaryRow = rowKind(incidentSummarySchema);

export const summaryOf = (incident: Incident): IncidentSummary => incidentSummarySchema.parse(incident);

const listPartition = (which: 'all' | 'open', service?: string): string =>
  ['list', which, ...(service === undefined ? [] : [encodeKey(service)])].join('|');

const listKey = ({ id, listedAt }: Pick<Incident, 'id' | 'listedAt'>): string =>
  `${newestFirst(fromIso(listedAt))}|${encodeKey(id)}`;

/**
 * Brings the lists up to date with the stored incident. `list|all` is written last, so a row of the same revisions there says
 * that the others are right too. The incident is read again at the end: of two writers, the slower sees that it was slower.
 */
export async function projectIncident(table: Table, incident: Incident): Promise<void> {
  let latest = incident;
  for (;;) {
    const listed = await table.get(listPartition('all'), listKey(latest));
    if (listed && isAsNew(summaryRow.fromRow(listed), latest)) return;
    await writeLists(table, latest);
    const row = await table.get(incidentPartition(latest.id), incidentKey);
    if (!row) return;
    const stored = incidentOf(row);
    if (isAsNew(latest, stored)) return;
    latest = stored;
  }
}

type Version = Pick<Incident, 'revision' | 'detailsRevision'>;
const isAsNew = (one: Version, other: Version): boolean =>
  one.revision === other.revision && one.detailsRevision === other.detailsRevision;

async function writeLists(table: Table, incident: Incident): Promise<void> {
  const rk = listKey(incident);
  const present: TableOp = { kind: 'upsert', rk, columns: summaryRow.toColumns(summaryOf(incident)) };
  for (const service of [incident.service, undefined]) {
    const open = listPartition('open', service);
    if (incident.state === 'open') await table.transact(open, [present]);
    else if (await table.get(open, rk)) await table.transact(open, [{ kind: 'delete', rk }]);
  }
  await table.transact(listPartition('all', incident.service), [present]);
  await table.transact(listPartition('all'), [present]);
}

type ListQuery = {
  state?: 'open' | 'resolved' | undefined;
  service?: string | undefined;
  /** Row key of the last item of the page before. */
  after?: string | undefined;
};

type Listed = { at: string; incident: IncidentSummary };

/** The next `count` rows of a list, newest first. With `resolved`, open ones are among them: the caller leaves them out. */
export async function readList(table: Table, query: ListQuery, count: number): Promise<Listed[]> {
  const pk = listPartition(query.state === 'open' ? 'open' : 'all', query.service);
  const rows = await firstRows(table, { pk, from: query.after === undefined ? '' : `${query.after}!` }, count);
  return rows.map((row) => ({ at: row.rk, incident: summaryRow.fromRow(row) }));
}

/** Which incidents a customer was affected by: rows of its shard, by customer, newest first. */
const seenRow = rowKind(z.object({ incidentId: z.string(), firstSeenAt: z.string() }));

const seenPartition = (healthShard: string): string => `seen|${healthShard}`;

type Sighting = { customerId: string; incident: Incident; firstSeenAt: string };

const transactionSteps = 100;

export async function writeSightings(table: Table, healthShard: string, sightings: readonly Sighting[]): Promise<void> {
  for (let at = 0; at < sightings.length; at += transactionSteps) {
    const ops = sightings.slice(at, at + transactionSteps).map(({ customerId, incident, firstSeenAt }): TableOp => {
      const columns = seenRow.toColumns({ incidentId: incident.id, firstSeenAt });
      return { kind: 'upsert', rk: `${customerId}|${listKey(incident)}`, columns };
    });
    await table.transact(seenPartition(healthShard), ops);
  }
}

type Sighted = { at: string; incidentId: string };

export async function readSightings(
  table: Table,
  { healthShard, customerId, after }: { healthShard: string; customerId: string; after?: string | undefined },
  count: number,
): Promise<Sighted[]> {
  const prefix = `${customerId}|`;
  const from = after === undefined ? prefix : `${prefix}${after}!`;
  const rows = await firstRows(table, { pk: seenPartition(healthShard), from, to: afterPrefix(prefix) }, count);
  return rows.map((row) => ({ at: row.rk.slice(prefix.length), incidentId: seenRow.fromRow(row).incidentId }));
}
