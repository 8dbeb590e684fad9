import { personCaller } from '../shared/core/caller.ts';
import { createAcceptance } from '../shared/escalations/acceptance.ts';
import { createCaseRequests } from '../shared/escalations/case-requests.ts';
import { createRecordConsent } from '../shared/escalations/diagnostic-consent.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import * as contracts from '../shared/escalations/route-contracts.ts';
import { createCarried, createUpdate } from '../shared/escalations/updates.ts';
import { route, type Route } from '../shared/platform/route.ts';

/** What is written to Microsoft on a case, what the customer lets it read, which requests share it, and what another party says. */
export function escalationUpdateRoutes(deps: EscalationDeps): Route[] {
  const update = createUpdate(deps);
  const carried = createCarried(deps);
  const recordConsent = createRecordConsent(deps);
  const caseRequests = createCaseRequests(deps);
  const acceptance = createAcceptance(deps);
  return [
    route({
      ...contracts.recordDiagnosticConsent,
      handle: async ({ params, caller, body }) =>
        recordConsent({ requestId: params.id, body, caller: personCaller(caller) }),
    }),
    route({
      ...contracts.writeUpdate,
      handle: async ({ params, caller, body, headers, scope }) =>
        update({ escalationId: params.id, body, caller: personCaller(caller), headers, scope }),
    }),
    route({
      ...contracts.carryUpdate,
      handle: async ({ params, caller, body, headers, scope }) =>
        carried({ escalationId: params.id, key: params.update, body, caller: personCaller(caller), headers, scope }),
    }),
    route({
      ...contracts.changeCaseRequests,
      handle: async ({ params, caller, body, headers, scope }) =>
        caseRequests({ escalationId: params.id, body, caller: personCaller(caller), headers, scope }),
    }),
    route({
      ...contracts.acceptEscalation,
      handle: async ({ params, caller, body, headers, scope }) =>
        acceptance({ escalationId: params.id, body, caller: personCaller(caller), headers, scope }),
    }),
  ];
}
