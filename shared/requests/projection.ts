import * as z from 'zod';
import { secondMs, toIso, type Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Bus } from '../platform/bus.ts';
import { deleteWake, readWake, sendWakes, wakeOp, type WakeMessage } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { isRefusal, type Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { requestEvents } from './events.ts';
import type { ExternalRefIndex } from './external-ref-index.ts';
import { listPartition, partitionsOf } from './list-rows.ts';
import { bringOntoLists } from './onto-lists.ts';
import type { Announce, TellEscalations, Notice } from './ports.ts';
import type { createFamily } from './family.ts';
import type { Head, RequestEvent } from './request-event.ts';
import { applyEvent } from './request-rules.ts';
import { wakeOf, type RequestStore } from './request-store.ts';

const requestEventBodySchema = z.object({
  kind: z.literal('request-event'),
  requestId: z.string(),
  sequence: z.number().int(),
});

/** Tells people of the partner who must act at once. Idempotent by event. */
export type Reach = (news: { head: Head; event: RequestEvent }, scope: Scope) => Promise<void>;

export type ProjectionDeps = {
  /** Table `requests`. */
  requests: Table;
  /** Table `requestlists`. */
  lists: Table;
  store: RequestStore;
  bus: Bus;
  clock: Clock;
  announce: Announce;
  tellEscalations: TellEscalations;
  reach?: Reach | undefined;
  index: Pick<ExternalRefIndex, 'know'>;
  /** What follows for the requests that are merged with this one. */
  family: ReturnType<typeof createFamily>;
};

const againAfterMs = 20 * secondMs;

/** The portal of requests that people at the desk entered: there is nobody to be told. */
const deskPortalId = 'desk';

/**
 * Consumer of `desk-events` for requests: brings an event onto the lists, to the escalations it ends and to the portal. All are idempotent, and
 * the wake row goes last, so that a crash anywhere only means that all of it happens again.
 */
export function createRequestProjection(deps: ProjectionDeps): QueueHandler {
  return async (message, scope) => {
    const { requestId, sequence } = requestEventBodySchema.parse(message.body);
    if (!(await readWake(deps.requests, message))) return;
    try {
      await project(deps, { requestId, sequence }, scope);
    } catch (error) {
      if (!isAppError(error, 'unavailable')) throw error;
      await postpone(deps, message, scope);
      return;
    }
    await deleteWake(deps.requests, message);
    scope.log(requestEvents.projected, { requestId, sequence });
  };
}

/** Whether a case at Microsoft must be given up, a hand-off has ended, or the severity has changed. */
const concernsEscalations = (event: RequestEvent): boolean =>
  (event.kind === 'transitioned' && (event.state === 'closed' || event.state === 'resolved')) ||
  (event.kind === 'changed' && event.changes.severity !== undefined);

async function project(
  deps: ProjectionDeps,
  { requestId, sequence }: { requestId: string; sequence: number },
  scope: Scope,
): Promise<void> {
  const [head, event] = await Promise.all([
    deps.store.readWholeHead(requestId),
    deps.store.readEvent(requestId, sequence),
  ]);
  if (head === undefined || event === undefined)
    throw new Error(`event ${String(sequence)} of ${requestId} is not there`);
  // First: nothing else may keep people from being called out.
  await deps.reach?.({ head, event }, scope);
  if (event.kind !== 'commented') await bringOntoLists(deps, head, touchedBy(event));
  if (saysRefs(event)) await deps.index.know(head, event.at, scope);
  if (concernsEscalations(event)) await deps.tellEscalations(requestId, scope);
  await deps.family(head, event, scope);
  const notice = noticeOf(head, event);
  if (notice) await deps.announce(notice, scope);
}

const saysRefs = (event: RequestEvent): boolean =>
  event.kind === 'created' || (event.kind === 'changed' && event.changes.externalRefs !== undefined);

/**
 * The lists that an event took the request off, and those it put it on, which later events may have taken it off again: a try
 * that was overtaken and then died has left its rows there.
 */
function touchedBy(event: RequestEvent): string[] {
  const id = event.requestId;
  if (event.kind === 'created') return partitionsOf(applyEvent(undefined, event));
  if ('from' in event) return [event.from, event.state].map((state) => listPartition(id, 'state', state));
  if (event.kind !== 'changed') return [];
  const { before, changes, triage } = event;
  const touched = [
    ['assignee', before.assignee],
    ['assignee', changes.assignee],
    ['service', before.service],
    ['service', triage?.service],
  ] as const;
  return touched.flatMap(([field, value]) => (value == null ? [] : [listPartition(id, field, value)]));
}

const typeOf = (event: RequestEvent): Notice['type'] => {
  if (event.kind === 'created') return 'request.created';
  if (event.kind === 'commented') return 'request.commented';
  const hasMoved = 'from' in event && event.from !== event.state;
  if (hasMoved && event.state === 'resolved') return 'request.resolved';
  if (hasMoved && event.state === 'closed') return 'request.closed';
  return 'request.updated';
};

/** The `webhook-id` under which a portal is told of an event. */
export const noticeIdOf = (requestId: string, sequence: number): string =>
  hashOf('request-event', requestId, String(sequence)).slice(0, 26);

/** What the portal is told, as it was after the event, whenever that is; undefined for what is the desk's own business. */
function noticeOf(head: Head, event: RequestEvent): Notice | undefined {
  if (event.audience === 'internal' || head.portalId === deskPortalId) return undefined;
  const { id: requestId, customerId, externalRefs } = head;
  // By whom, so that a portal can tell what it did itself from what the desk did.
  const data = { requestId, version: event.sequence, state: event.state, by: event.by.kind, externalRefs };
  return {
    eventId: noticeIdOf(requestId, event.sequence),
    type: typeOf(event),
    at: event.at,
    data: ({ customers }) => (customers === 'all' || customers.has(customerId) ? data : undefined),
    portalIds: [head.portalId],
  };
}

/**
 * A fresh wake in place of this one: throwing would burn the message's deliveries within seconds. Also where another worker has had
 * the effect and removed the wake meanwhile: what this one left half done on the lists is put right when it comes again.
 */
async function postpone(deps: ProjectionDeps, { pk, rk, body }: WakeMessage, scope: Scope): Promise<void> {
  const { requestId, sequence } = requestEventBodySchema.parse(body);
  const wake = wakeOf({ requestId, sequence, at: toIso(deps.clock.now() + againAfterMs) });
  const fresh = wakeOp(wake, scope);
  try {
    await deps.requests.transact(pk, [fresh, { kind: 'delete', rk }]);
  } catch (error) {
    if (!isRefusal(error, 'missing')) throw error;
    await deps.requests.transact(pk, [fresh]);
  }
  scope.log(requestEvents.postponed, { requestId, sequence });
  await sendWakes(deps, { place: { table: 'requests', pk }, wakes: [wake] }, scope);
}
