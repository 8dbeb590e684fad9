import { toIso } from '../core/clock.ts';
import { hashOf } from '../core/hash.ts';
import { encodeKey } from '../core/key.ts';
import { sendWakes, wakeOp, type Wake } from '../platform/outbox.ts';
import { rowKind } from '../platform/row.ts';
import { isRefusal, type Row, type Table, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { RelayDeps } from '../customers/relay.ts';
import * as z from 'zod';
import { healthEvents } from './events.ts';
import type { IssueNews, Link } from './fold-cycle.ts';
import {
  affectedKey,
  affectedRow,
  eventKey,
  eventRow,
  incidentColumns,
  incidentKey,
  incidentOf,
  incidentPartition,
  postsOp,
  type EventKind,
  type Incident,
  type IncidentEventRow,
} from './incident.ts';
import { azureTransition } from './azure-transition.ts';
import { transition } from './transitions.ts';

/** Incidents that may owe a wake. Incidents have a partition each, so the sweep needs to be told where to look. */
export const owedPartition = 'owed';
export const owedRow = rowKind(z.object({ id: z.string(), at: z.string() }));

export type Recording = { news: IssueNews; healthShard: string; now: number };

export type RecordIncident = (recording: Recording, scope: Scope) => Promise<Incident>;

const attempts = 20;

/**
 * Brings what one shard saw of an issue into the one stored incident. Head, affected customers, events and their wakes are one
 * transaction, guarded by the ETags of what it was decided on, so that of any number of shards and repeated polls exactly one
 * writes each transition, and each customer is told of once.
 */
export function createRecordIncident(deps: RelayDeps): RecordIncident {
  const table = deps.tables('health');
  return async (recording, scope) => {
    const { id } = recording.news.issue;
    const pk = incidentPartition(id);
    let isMarked = false;
    for (let attempt = 1; ; attempt++) {
      const step = await prepare(table, pk, recording);
      if (step.ops.length === 0) return step.incident;
      const wakes = step.events.map((event) => wakeFor(id, event, recording.now));
      if (wakes.length > 0 && !isMarked) {
        await markOwed(table, id, recording.now);
        isMarked = true;
      }
      try {
        await table.transact(pk, [...step.ops, ...wakes.map((wake) => wakeOp(wake, scope))]);
      } catch (error) {
        if (!isRefusal(error) || attempt === attempts) throw error;
        continue;
      }
      for (const { eventId, row } of step.events) {
        scope.log(healthEvents.transition, { incidentId: id, eventId, kind: row.kind });
      }
      await sendWakes(deps, { place: { table: 'health', pk }, wakes }, scope);
      return step.incident;
    }
  };
}

type NewEvent = { eventId: string; row: IncidentEventRow };
type Step = { incident: Incident; ops: TableOp[]; events: NewEvent[] };

async function prepare(table: Table, pk: string, { news, healthShard, now }: Recording): Promise<Step> {
  const [head, affected] = await Promise.all([table.get(pk, incidentKey), table.get(pk, affectedKey(healthShard))]);
  const stored = head && incidentOf(head);
  const known = affected ? affectedRow.fromRow(affected).customers : {};
  const links = news.links.filter((link) => !(link.customerId in known));
  const announced = links.filter((link) => link.announced).map((link) => link.customerId);
  const decide = news.issue.source === 'azure' ? azureTransition : transition;
  const { next, kinds } = decide(stored, news.issue, announced.length > 0);
  const incident = next ?? stored;
  if (!incident) throw new Error('an incident that is not stored is always new');

  const allKinds: EventKind[] = stored && announced.length > 0 ? [...kinds, 'customers-affected'] : kinds;
  const events = allKinds.map((kind) => eventFor({ kind, incident, announced, healthShard, now }));
  return {
    incident,
    events,
    ops: [
      ...(next ? [headOp(head, next)] : []),
      // An alert brings no posts: those that are stored stay.
      ...(next && news.issue.isAlert !== true ? [postsOp(news.issue.posts)] : []),
      ...(links.length > 0 ? [affectedOp(affected, { healthShard, known, links, now })] : []),
      ...events.map(({ eventId, row }): TableOp => {
        return { kind: 'insert', rk: eventKey(eventId), columns: eventRow.toColumns(row) };
      }),
    ],
  };
}

const headOp = (head: Row | undefined, next: Incident): TableOp => ({
  ...(head ? { kind: 'replace', etag: head.etag } : { kind: 'insert' }),
  rk: incidentKey,
  columns: incidentColumns(next),
});

type Affecting = { healthShard: string; known: Record<string, string>; links: readonly Link[]; now: number };

function affectedOp(row: Row | undefined, { healthShard, known, links, now }: Affecting): TableOp {
  const customers = { ...known, ...Object.fromEntries(links.map((link) => [link.customerId, toIso(now)])) };
  const columns = affectedRow.toColumns({ customers });
  const rk = affectedKey(healthShard);
  return row ? { kind: 'replace', rk, columns, etag: row.etag } : { kind: 'insert', rk, columns };
}

type Telling = { kind: EventKind; incident: Incident; announced: string[]; healthShard: string; now: number };

/** The id comes from what happened, not from when it was seen: the same transition cannot be written twice. */
function eventFor({ kind, incident, announced, healthShard, now }: Telling): NewEvent {
  const { id, revision, service, classification, status } = incident;
  const isAboutNewOnes = kind === 'opened' || kind === 'customers-affected';
  const customers = [...announced].sort();
  const whose = kind === 'customers-affected' ? [healthShard, ...customers] : [];
  const eventId = `e${hashOf('incident', id, revision, kind, ...whose).slice(0, 25)}`;
  const row = { kind, at: toIso(now), revision, service, classification, status };
  return { eventId, row: isAboutNewOnes ? { ...row, customers } : row };
}

const wakeFor = (incidentId: string, { eventId }: NewEvent, now: number): Wake => ({
  id: eventId,
  queue: 'desk-events',
  dueAt: now,
  body: { kind: 'incident-event', incidentId, eventId },
});

/** Written ahead of the wakes: a mark too many costs the sweep one read, a missing one would lose events. */
async function markOwed(table: Table, id: string, now: number): Promise<void> {
  const columns = owedRow.toColumns({ id, at: toIso(now) });
  await table.transact(owedPartition, [{ kind: 'upsert', rk: encodeKey(id), columns }]);
}
