import { minuteMs, secondMs } from '../core/clock.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import { isPolled } from '../customers/health-shards.ts';
import type { RelayDeps } from '../customers/relay.ts';
import { deleteWake, readWake, sendWakes, wakeOp, type WakeMessage } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { isRefusal, type Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { healthEvents } from './events.ts';
import { projectIncident } from './incident-lists.ts';
import { readAffected } from './incident-queries.ts';
import {
  detailWake,
  eventOp,
  eventWake,
  markOwed,
  newEvent,
  parseDetailBody,
  type DetailBody,
} from './incident-wakes.ts';
import { incidentColumns, incidentKey, incidentOf, incidentPartition, postsOp, type Incident } from './incident.ts';
import { ReadFailure, type IssueDetails, type ReadIssue } from './service-health.ts';
import { knowsDetails, withDetails } from './transitions.ts';

type DetailDeps = RelayDeps & { customers: Pick<CustomerStore, 'get'>; readIssue: ReadIssue };

/** Tenants asked in one attempt: three calls that time out still fit into the function's two minutes. */
const tenantsAsked = 3;
/** Graph's replicas catch up within minutes; an outage may take a working day. Then the attempts are over. */
const againAfterMinutes = [1, 2, 4, 8, 15, 30, 60, 120, 240];
const attempts = 20;

/**
 * Reads what a revision of an incident says in full, once for everybody who is affected, and tells of new posts. A tenant that
 * fails, or whose replica still shows an older revision, costs an attempt at another or a later one. A revision that has been
 * overtaken is not read: the newer one owes a wake of its own.
 */
export function createIncidentDetail(deps: DetailDeps): QueueHandler {
  const table = deps.tables('health');
  return async (message, scope) => {
    const body = parseDetailBody(message.body);
    if (!(await readWake(table, message))) return;
    let incident = await readStored(table, body.incidentId);
    if (incident.revision <= body.revision && !knowsDetails(incident)) {
      const read = await readFromSomebody(deps, body);
      if (read.kind === 'later') {
        await postpone(deps, { message, body, leastMs: read.leastMs }, scope);
        return;
      }
      incident = await record(deps, { id: body.incidentId, details: read.details }, scope);
    }
    await projectIncident(table, incident);
    await deleteWake(table, message);
  };
}

async function readStored(table: Table, id: string): Promise<Incident> {
  const row = await table.get(incidentPartition(id), incidentKey);
  if (!row) throw new Error(`incident ${id} owes details and is not there`);
  return incidentOf(row);
}

type Read = { kind: 'read'; details: IssueDetails } | { kind: 'later'; leastMs: number };

async function readFromSomebody(deps: DetailDeps, body: DetailBody): Promise<Read> {
  for (const customerId of await whomToAsk(deps, body)) {
    const customer = await deps.customers.get(customerId);
    if (!customer || !isPolled(customer)) continue;
    const { tenantId, connectionId, access } = customer;
    try {
      const way = access.way === 'gdap' ? 'gdap' : 'app';
      const details = await deps.readIssue({ tenantId, connectionId, way }, body.incidentId);
      if (details && details.revision >= body.revision) return { kind: 'read', details };
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error;
      // What the application as a whole has met, the next tenant would meet too.
      if (error.scope === 'application') return { kind: 'later', leastMs: (error.retryAfterSeconds ?? 0) * secondMs };
    }
  }
  return { kind: 'later', leastMs: 0 };
}

/** First those who showed the revision; then, attempt by attempt, everyone affected. */
async function whomToAsk({ tables }: DetailDeps, { incidentId, attempt, customerIds }: DetailBody): Promise<string[]> {
  if (attempt === 0 && customerIds.length > 0) return customerIds.slice(0, tenantsAsked);
  const affected = (await readAffected(tables('health'), incidentId, 'all')).map(({ customerId }) => customerId).sort();
  const at = (attempt * tenantsAsked) % Math.max(1, affected.length);
  return [...affected.slice(at), ...affected.slice(0, at)].slice(0, tenantsAsked);
}

/** Posts, head and event are one transaction, guarded by the head's ETag: each revision's posts are written and told of once. */
async function record(
  deps: DetailDeps,
  { id, details }: { id: string; details: IssueDetails },
  scope: Scope,
): Promise<Incident> {
  const table = deps.tables('health');
  const pk = incidentPartition(id);
  const now = deps.clock.now();
  let isMarked = false;
  for (let attempt = 1; ; attempt++) {
    const head = await table.get(pk, incidentKey);
    if (!head) throw new Error(`incident ${id} is gone`);
    const stored = incidentOf(head);
    const { next, isPosted } = withDetails(stored, details);
    if (!next) return stored;
    const { revision } = details;
    const events = isPosted ? [newEvent({ kind: 'posted', incident: next, revision, now })] : [];
    const wakes = events.map((event) => eventWake(id, event, now));
    if (wakes.length > 0 && !isMarked) {
      await markOwed(table, id, now);
      isMarked = true;
    }
    try {
      await table.transact(pk, [
        { kind: 'replace', rk: incidentKey, columns: incidentColumns(next), etag: head.etag },
        postsOp(details.posts),
        ...events.map(eventOp),
        ...wakes.map((wake) => wakeOp(wake, scope)),
      ]);
    } catch (error) {
      if (!isRefusal(error) || attempt === attempts) throw error;
      continue;
    }
    for (const { eventId, row } of events) {
      scope.log(healthEvents.transition, { incidentId: id, eventId, kind: row.kind });
    }
    await sendWakes(deps, { place: { table: 'health', pk }, wakes }, scope);
    return next;
  }
}

type Postponing = { message: WakeMessage; body: DetailBody; leastMs: number };

/** Puts a later wake in the place of this one; after the last attempt none, and says so. The next revision begins anew. */
async function postpone(deps: DetailDeps, { message, body, leastMs }: Postponing, scope: Scope): Promise<void> {
  const table = deps.tables('health');
  const { incidentId, revision, attempt } = body;
  const minutes = againAfterMinutes[attempt];
  if (minutes === undefined) {
    scope.log(healthEvents.detailsGivenUp, { incidentId, revision, attempts: attempt + 1 });
    await deleteWake(table, message);
    return;
  }
  const now = deps.clock.now();
  const dueAt = now + Math.max(leastMs, minutes * minuteMs);
  const wake = detailWake({ ...body, attempt: attempt + 1 }, dueAt);
  await markOwed(table, incidentId, now);
  try {
    await table.transact(message.pk, [{ kind: 'delete', rk: message.rk }, wakeOp(wake, scope)]);
  } catch (error) {
    if (isRefusal(error, 'missing')) return;
    throw error;
  }
  await sendWakes(deps, { place: { table: 'health', pk: message.pk }, wakes: [wake] }, scope);
}
