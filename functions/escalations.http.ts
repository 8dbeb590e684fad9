import { personCaller } from '../shared/core/caller.ts';
import { createClaim, createRedrive } from '../shared/escalations/claim.ts';
import { contractIdsOf } from '../shared/escalations/contract-ids.ts';
import { createEscalate, createPreview } from '../shared/escalations/escalate.ts';
import { createEscalationTimeline } from '../shared/escalations/escalation-timeline.ts';
import { createFiling } from '../shared/escalations/filing-by-hand.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import { createListEscalations, createReadEscalation } from '../shared/escalations/read-escalations.ts';
import { createReadPacket } from '../shared/escalations/read-packet.ts';
import * as contracts from '../shared/escalations/route-contracts.ts';
import { route, type Route } from '../shared/platform/route.ts';

export function escalationRoutes(deps: EscalationDeps): Route[] {
  const preview = createPreview(deps);
  const escalate = createEscalate(deps);
  const list = createListEscalations(deps);
  const read = createReadEscalation(deps);
  const packet = createReadPacket({ ...deps, contractIds: async (row) => contractIdsOf(deps, row) });
  const timeline = createEscalationTimeline(deps);
  const claim = createClaim(deps);
  const filing = createFiling(deps);
  const redrive = createRedrive(deps);
  return [
    route({ ...contracts.previewEscalation, handle: async ({ params }) => preview(params.id) }),
    route({
      ...contracts.escalateRequest,
      handle: async ({ params, caller, body, headers, scope }) =>
        escalate({ requestId: params.id, body, caller: personCaller(caller), headers, scope }),
    }),
    route({ ...contracts.listEscalations, handle: async ({ query, caller }) => list(query, personCaller(caller)) }),
    route({ ...contracts.readEscalation, handle: async ({ params, caller }) => read(params.id, personCaller(caller)) }),
    route({
      ...contracts.readPacket,
      handle: async ({ params, caller, headers }) => packet(params.id, personCaller(caller), headers.get('accept')),
    }),
    route({
      ...contracts.readEscalationTimeline,
      handle: async ({ params, query, caller }) => timeline({ id: params.id, query, caller: personCaller(caller) }),
    }),
    route({
      ...contracts.claimEscalation,
      handle: async ({ params, caller, body, headers, scope }) =>
        claim({ escalationId: params.id, body, caller: personCaller(caller), headers, scope }),
    }),
    route({
      ...contracts.recordFiling,
      handle: async ({ params, caller, body, headers, scope }) =>
        filing({ escalationId: params.id, body, caller: personCaller(caller), headers, scope }),
    }),
    route({
      ...contracts.redriveEscalation,
      handle: async ({ params, caller, body, headers, scope }) =>
        redrive({ escalationId: params.id, body, caller: personCaller(caller), headers, scope }),
    }),
  ];
}
