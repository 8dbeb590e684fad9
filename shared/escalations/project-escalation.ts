import * as z from 'zod';
import { deleteWake, readWake } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { EscalatableRequest } from './escalatable.ts';
import { isOpen, type EscalationEvent, type EscalationRow } from './escalation.ts';
import { listEvent } from './escalation-list.ts';
import { eraseTexts, noticeIdOf } from './erase-texts.ts';
import { readEscalation, readEvent } from './escalation-store.ts';
import type { AppliedEscalation, EscalationDeps, NoticePortal } from './ports.ts';
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
  await deps.reach?.({ head, event }, scope);
  await listEvent(deps.tables('escalations'), head, event);
  for (const requestId of head.requestIds) {
    await deps.requests.applyEscalation(applied(requestId, event), scope);
    const request = await deps.requests.readForEscalation(requestId);
    if (!request) continue;
    // An escalation that began while its request was erased has the texts still.
    if (request.erasedAt !== undefined) await eraseTexts(deps, requestId, scope);
    // A request that was closed while its escalation began knew of none to take back.
    if (request.state === 'closed') await cancelWithdrawn(deps, requestId, scope);
    await tellPortals(deps, { request, event }, scope);
  }
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
