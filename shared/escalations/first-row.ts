import { toIso } from '../core/clock.ts';
import { acceptanceFrom } from './asking.ts';
import { isFiledByDesk } from './channel-table.ts';
import type { EscalatableCustomer, EscalatableRequest } from './escalatable.ts';
import type { EscalationRow } from './escalation.ts';
import { ticketNameOf } from './escalation-store.ts';
import { frozenCase } from './frozen-case.ts';
import { tokenWayOf } from './gather-facts.ts';
import { sharing } from './joining.ts';
import type { EscalationDeps } from './ports.ts';
import { decide, type Decision } from './readiness.ts';
import type { Facts } from './facts.ts';

export type Beginning = {
  deps: EscalationDeps;
  request: EscalatableRequest;
  escalationId: string;
  decision: Decision;
  customer: EscalatableCustomer;
  /** Incidents whose case it carries, or, where it shares one, whose case it would carry. */
  incidentIds: readonly string[];
  /** `row` is undefined where it is still being written. */
  lead?: { id: string; row: EscalationRow | undefined } | undefined;
};

/** An escalation as it begins: by what the gate decided, or sharing the case of `lead`. */
export function firstRow({ deps, request, escalationId, decision, customer, ...more }: Beginning): EscalationRow {
  const nowMs = deps.clock.now();
  const at = toIso(nowMs);
  const { incidentIds, lead } = more;
  const { vehicle, channel, subscriptionId, party } = decision;
  return {
    id: escalationId,
    requestIds: [request.requestId],
    portalId: request.portalId,
    customerId: request.customerId,
    connectionId: customer.connectionId,
    tenantId: customer.tenantId,
    tokenWay: tokenWayOf(customer),
    state: lead ? 'joined' : stateOf(decision),
    ...(vehicle && { vehicle }),
    channel,
    severity: request.severity,
    version: 1,
    turn: 1,
    createdAt: at,
    updatedAt: at,
    reasons: decision.reasons,
    ...(party && { handedOffTo: party, ...acceptanceFrom(nowMs, request) }),
    ...(isByApi(decision) &&
      subscriptionId !== undefined && { subscriptionId, ticketName: ticketNameOf(escalationId) }),
    attempt: 0,
    failures: 0,
    ...frozenCase(decision, request.severity),
    ...(incidentIds.length > 0 && { incidentIds: [...incidentIds] }),
    ...(lead && sharing(lead.id, lead.row, nowMs)),
  };
}

const isByApi = ({ party, channel }: Decision): boolean => party === undefined && isFiledByDesk(channel);

function stateOf(decision: Decision): EscalationRow['state'] {
  if (decision.party) return 'handed-off';
  return isByApi(decision) ? 'intended' : 'awaiting-filing';
}

/** Of a request that shares a case: how it would get one of its own later. It has a packet only if it would be let through. */
export function ofItsOwn(facts: Facts): Decision {
  const { reasons, packet } = decide(facts);
  const own = { ...decide({ ...facts, openCases: [], openIncidents: [] }), reasons };
  delete own.packet;
  delete own.party;
  return own.decision === 'ready' && packet ? { ...own, packet } : own;
}
