import * as z from 'zod';
import { toIso } from '../core/clock.ts';
import { hashOf } from '../core/hash.ts';
import { encodeKey } from '../core/key.ts';
import type { Wake } from '../platform/outbox.ts';
import { rowKind } from '../platform/row.ts';
import type { Table, TableOp } from '../platform/table.ts';
import { eventKey, eventRow, type EventKind, type Incident, type IncidentEventRow } from './incident.ts';

/** Incidents that may owe a wake. Incidents have a partition each, so the sweep needs to be told where to look. */
export const owedPartition = 'owed';
export const owedRow = rowKind(z.object({ id: z.string(), at: z.string() }));

/** Written ahead of the wakes: a mark too many costs the sweep one read, a missing one would lose wakes. */
export async function markOwed(table: Table, id: string, now: number): Promise<void> {
  const columns = owedRow.toColumns({ id, at: toIso(now) });
  await table.transact(owedPartition, [{ kind: 'upsert', rk: encodeKey(id), columns }]);
}

/** `whose`: what makes two events of one kind and revision differ. `customers`: see {@link IncidentEventRow}. */
type Happened = {
  kind: EventKind;
  incident: Incident;
  revision: string;
  whose?: string[];
  customers?: string[];
  now: number;
};

export type NewEvent = { eventId: string; row: IncidentEventRow };

/** The id comes from what happened, not from when it was seen: the same transition cannot be written twice. */
export function newEvent({ kind, incident, revision, whose = [], customers, now }: Happened): NewEvent {
  const { id, service, classification, status } = incident;
  const eventId = `e${hashOf('incident', id, revision, kind, ...whose).slice(0, 25)}`;
  const row = { kind, at: toIso(now), revision, service, classification, status };
  return { eventId, row: customers ? { ...row, customers } : row };
}

export const eventOp = ({ eventId, row }: NewEvent): TableOp => ({
  kind: 'insert',
  rk: eventKey(eventId),
  columns: eventRow.toColumns(row),
});

export const eventWake = (incidentId: string, { eventId }: NewEvent, now: number): Wake => ({
  id: eventId,
  queue: 'desk-events',
  dueAt: now,
  body: { kind: 'incident-event', incidentId, eventId },
});

/** `customerIds`: who showed the revision, to be asked first. */
const detailBodySchema = z.object({
  kind: z.literal('incident-detail'),
  incidentId: z.string(),
  revision: z.string(),
  attempt: z.number().int(),
  customerIds: z.array(z.string()),
});
export type DetailBody = z.output<typeof detailBodySchema>;
export const parseDetailBody = (body: unknown): DetailBody => detailBodySchema.parse(body);

/** Owed by each new revision of an incident: somebody reads what it says in full. */
export const detailWake = (body: Omit<DetailBody, 'kind'>, dueAt: number): Wake => ({
  id: `detail|${body.revision}`,
  queue: 'health-polls',
  dueAt,
  body: { kind: 'incident-detail', ...body },
});
