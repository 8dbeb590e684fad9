import { personCaller } from '../shared/core/caller.ts';
import { createListCaseMails } from '../shared/escalations/case-mail-answer.ts';
import * as contracts from '../shared/escalations/case-mail-contracts.ts';
import { createDecideMail } from '../shared/escalations/decide-mail.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import { route, type Route } from '../shared/platform/route.ts';

/** Mails that fit no case, for operators. */
export function caseMailRoutes(deps: EscalationDeps): Route[] {
  const list = createListCaseMails(deps.tables('escalations'));
  const { place, dismiss } = createDecideMail(deps);
  return [
    route({ ...contracts.listCaseMails, handle: async ({ query }) => ({ status: 200, body: await list(query) }) }),
    route({
      ...contracts.placeCaseMail,
      handle: async ({ caller, params: { id }, body: { escalationId }, scope }) => ({
        status: 200,
        body: await place({ id, by: personCaller(caller).id, escalationId }, scope),
      }),
    }),
    route({
      ...contracts.dismissCaseMail,
      handle: async ({ caller, params: { id } }) => ({
        status: 200,
        body: await dismiss({ id, by: personCaller(caller).id }),
      }),
    }),
  ];
}
