import * as z from 'zod';
import { deleteWake, readWake } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import type { Scope } from '../platform/telemetry.ts';
import { isOver, type EscalatableRequest } from './escalatable.ts';
import { isOpen, type EscalationEvent, type EscalationRow } from './escalation.ts';
import { indexCase } from './case-index.ts';
import { listEvent } from './escalation-list.ts';
import { eraseTexts, noticeIdOf } from './erase-texts.ts';
import { readEscalation, readEvent } from './escalation-store.ts';
import { isAboutSharing, ownRequestOf } from './joining.ts';
import { freeIncidents } from './open-cases.ts';
import type { AppliedEscalation, EscalationDeps, NoticePortal } from './ports.ts';
import { tendJoined } from './tend-joined.ts';
import { cancelWithdrawn } from './withdraw.ts';

const escalationEventBodySchema = z.object({
  kind: z.literal('escalation-event'),
  escalationId: z.string(),
  version: z.int(),
});

/**
 * Consumer of `desk-events` for escalations: brings an event onto the lists, onto each of its requests, and to the portals. Each
 * of these is idempotent, so a part that is away only means that all of it comes again.
 */
export function createProjectEscalation(deps: EscalationDeps): QueueHandler {
  return async ({ pk, rk, body }, scope) => {
    const table = deps.tables('escalations');
    const { escalationId, version } = escalationEventBodySchema.parse(body);
    if (!(await readWake(table, { pk, rk }))) return;
    const [held, event] = await Promise.all([
      readEscalation(table, escalationId),
      readEvent(table, escalationId, version),
    ]);
    if (held && event) await project(deps, { head: held.row, event }, scope);
    await deleteWake(table, { pk, rk });
  };
}

type Projection = { head: EscalationRow; event: EscalationEvent };

async function project(deps: EscalationDeps, { head, event }: Projection, scope: Scope): Promise<void> {
  // Who is to be reached is decided first: the rest may have to wait for a part that is away.
  if (head.joinedTo === undefined) await deps.reach?.({ head, event }, scope);
  const table = deps.tables('escalations');
  await listEvent(table, head, event);
  // Mails lead to the escalation whose case it is.
  if (head.joinedTo === undefined) await indexCase(table, head, event);
  // Whose requests share a case is not told: others would learn of each other's.
  if (isAboutSharing(event)) return;
  await tellRequest(deps, { requestId: ownRequestOf(head), event }, scope);
  if (!isOpen(event.state)) await freeIncidents(table, head);
  // Those that share the case get its news under their own ids, each by an event and a wake of its own.
  const sharing = head.joined ?? [];
  for (let at = 0; at < sharing.length; at += tendedAtOnce) {
    const some = sharing.slice(at, at + tendedAtOnce);
    await Promise.all(some.map(async (id) => tendJoined(deps, id, scope)));
  }
}

const tendedAtOnce = 10;

type Telling = { requestId: string; event: EscalationEvent };

async function tellRequest(deps: EscalationDeps, { requestId, event }: Telling, scope: Scope): Promise<void> {
  await deps.requests.applyEscalation(applied(requestId, event), scope);
  const request = await deps.requests.readForEscalation(requestId);
  if (!request) return;
  // An escalation that began while its request was erased has the texts still.
  if (request.erasedAt !== undefined) await eraseTexts(deps, requestId, scope);
  // A request that was closed while its escalation began knew of none to take back.
  if (isOver(request)) await cancelWithdrawn(deps, requestId, scope);
  await tellPortals(deps, { request, event }, scope);
}

function applied(requestId: string, event: EscalationEvent): AppliedEscalation {
  const { escalationId: id, version, state, vehicle, channel, caseNumber, at, note } = event;
  const what = version === 1 ? 'started' : isOpen(state) ? 'changed' : 'closed';
  return { requestId, escalation: { id, version, state, vehicle, channel, caseNumber }, at, what, note };
}

async function tellPortals(
  deps: EscalationDeps,
  { request, event }: { request: EscalatableRequest; event: EscalationEvent },
  scope: Scope,
): Promise<void> {
  const { requestId } = request;
  const { escalationId, version, state, caseNumber, at } = event;
  const data = {
    escalationId,
    requestId,
    state,
    ...(caseNumber !== undefined && { caseNumber }),
    externalRefs: request.externalRefs,
  };
  const maySee = ({ customers }: NoticePortal) => customers === 'all' || customers.has(request.customerId);
  await deps.announce(
    {
      eventId: noticeIdOf({ escalationId, version, requestId }),
      type: 'escalation.updated',
      at,
      data: (portal) => (maySee(portal) ? data : undefined),
      portalIds: [request.portalId],
    },
    scope,
  );
}
