import { personCaller } from '../shared/core/caller.ts';
import { createRecordConsent } from '../shared/escalations/diagnostic-consent.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import * as contracts from '../shared/escalations/route-contracts.ts';
import { createCarried, createUpdate } from '../shared/escalations/updates.ts';
import { route, type Route } from '../shared/platform/route.ts';

/** What is written to Microsoft on a case, and what the customer lets it read. */
export function escalationUpdateRoutes(deps: EscalationDeps): Route[] {
  const update = createUpdate(deps);
  const carried = createCarried(deps);
  const recordConsent = createRecordConsent(deps);
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
  ];
}
