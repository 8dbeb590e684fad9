import { personCaller } from '../shared/core/caller.ts';
import { createCaseRequests } from '../shared/escalations/case-requests.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import { changeCaseRequests } from '../shared/escalations/route-contracts.ts';
import { route, type Route } from '../shared/platform/route.ts';

/** What becomes of a case once it is there. */
export function escalationCaseRoutes(deps: EscalationDeps): Route[] {
  const caseRequests = createCaseRequests(deps);
  return [
    route({
      ...changeCaseRequests,
      handle: async ({ params, caller, body, headers, scope }) =>
        caseRequests({ escalationId: params.id, body, caller: personCaller(caller), headers, scope }),
    }),
  ];
}
