import { toIso } from '../core/clock.ts';
import { hashOf, shardOf } from '../core/hash.ts';
import type { RelayDeps } from '../customers/relay.ts';
import { sendWakes, wakeOp, type Wake } from '../platform/outbox.ts';
import { isRefusal, writeOver, type Row, type Table, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { healthEvents } from './events.ts';
import type { IssueNews, Link } from './fold-cycle.ts';
import { detailWake, eventOp, eventWake, markOwed, newEvent, type NewEvent } from './incident-wakes.ts';
import {
  affectedKey,
  affectedRow,
  incidentColumns,
  incidentKey,
  incidentOf,
  incidentPartition,
  postsOp,
  type EventKind,
  type Incident,
} from './incident.ts';
import { azureTransition } from './azure-transition.ts';
import { knowsDetails, transition } from './transitions.ts';

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
      const { wakes } = step;
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

type Step = { incident: Incident; ops: TableOp[]; events: NewEvent[]; wakes: Wake[] };

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
  const wakes = [...events.map((event) => eventWake(incident.id, event, now)), ...detailWakes(next, news, now)];
  return {
    incident,
    events,
    wakes,
    ops: [
      ...(next ? [headOp(head, next)] : []),
      ...(next ? postsOps(news.issue) : []),
      ...(links.length > 0 ? [affectedOp(affected, { healthShard, known, links, now })] : []),
      ...events.map(eventOp),
    ],
  };
}

/** An alert brings no posts: those that are stored stay. */
const postsOps = ({ posts, isAlert }: IssueNews['issue']): TableOp[] =>
  posts && isAlert !== true ? [postsOp(posts)] : [];

function detailWakes(next: Incident | undefined, news: IssueNews, now: number): Wake[] {
  // Azure's readings bring their updates with them.
  if (!next || next.source === 'azure' || knowsDetails(next)) return [];
  const { id: incidentId, revision } = next;
  return [detailWake({ incidentId, revision, attempt: 0, customerIds: readersOf(news) }, now)];
}

type Telling = { kind: EventKind; incident: Incident; announced: string[]; healthShard: string; now: number };

function eventFor({ kind, incident, announced, healthShard, now }: Telling): NewEvent {
  const customers = [...announced].sort();
  const { revision } = incident;
  if (kind === 'opened') return newEvent({ kind, incident, revision, customers, now });
  if (kind !== 'customers-affected') return newEvent({ kind, incident, revision, now });
  return newEvent({ kind, incident, revision, whose: [healthShard, ...customers], customers, now });
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
  return writeOver(row, { rk, columns });
}

const readersAsked = 3;

/** Some of those who show the revision, others for each issue: at a first read one tenant would be asked about all of them. */
function readersOf({ issue, shownBy }: IssueNews): string[] {
  const at = shardOf(hashOf(issue.id)) % Math.max(1, shownBy.length);
  return [...shownBy.slice(at), ...shownBy.slice(0, at)].slice(0, readersAsked);
}
