import { AppError } from '../core/errors.ts';
import type { PersonCall } from './person-call.ts';
import { isOver, type EscalatableRequest } from './escalatable.ts';
import { nextId } from './escalate.ts';
import type { EscalationRow } from './escalation.ts';
import { eventOf, illegalMove } from './escalation-rules.ts';
import { commitChange, eventWake, packetOp } from './escalation-store.ts';
import { firstRow, ofItsOwn } from './first-row.ts';
import { gatherFacts } from './gather-facts.ts';
import { joinWake } from './joining.ts';
import { mayBeJoined } from './open-cases.ts';
import type { EscalationDeps } from './ports.ts';
import { begunInDoubt } from './restored.ts';

type Joining = {
  call: Pick<PersonCall<unknown>, 'caller' | 'scope'>;
  lead: EscalationRow;
  requestId: string;
  known: readonly EscalationRow[];
};

/**
 * Begins an escalation that shares a case because a person says so, whatever the gate thinks. It has a packet, for a case of its
 * own later, only where the gate lets it through. Returns its id.
 */
export async function joinByHand(deps: EscalationDeps, { call, lead, requestId, known }: Joining): Promise<string> {
  if (!mayBeJoined(lead)) throw illegalMove(lead.state, 'joined');
  const request = await deps.requests.readForEscalation(requestId);
  checkRequest(request);
  const escalationId = nextId(requestId, known);
  const facts = await gatherFacts(deps, { request, escalationId, leftCases: new Set() });
  const { customer } = facts;
  if (customer?.connectionId !== lead.connectionId) {
    throw new AppError('illegal-transition', "The request's customer has another partner connection than the case.");
  }
  const decision = ofItsOwn(facts);
  const incidentIds = facts.openIncidents.map((incident) => incident.id);
  const first = firstRow({
    deps,
    request,
    escalationId,
    decision,
    customer,
    incidentIds,
    lead: { id: lead.id, row: lead },
  });
  const row = await begunInDoubt(deps.tables('desk'), request, first);
  const event = eventOf(row, { what: 'joined', by: call.caller.id });
  const nowMs = deps.clock.now();
  await commitChange(
    deps,
    {
      after: row,
      event,
      wakes: [eventWake(event, nowMs), joinWake(row, nowMs)],
      more: decision.packet ? [packetOp(row.id, decision.packet)] : [],
    },
    call.scope,
  );
  return row.id;
}

function checkRequest(request: EscalatableRequest | undefined): asserts request is EscalatableRequest {
  if (request === undefined) {
    throw new AppError('invalid-body', 'There is no such request.', {
      errors: [{ path: 'join', message: 'There is no such request.' }],
    });
  }
  if (isOver(request) || request.erasedAt !== undefined) {
    const what = request.erasedAt === undefined ? request.state : 'of a person who was erased';
    throw new AppError('illegal-transition', `The request is ${what}: nobody waits for the case.`);
  }
}
