import { personCaller } from '../shared/core/caller.ts';
import * as contracts from '../shared/platform/poison-contracts.ts';
import { createListPoison, createRedrivePoison, type PoisonDeps } from '../shared/platform/poisoned-wakes.ts';
import { route, type Route } from '../shared/platform/route.ts';

/** Work whose consumer fails at it. */
export function poisonRoutes(deps: PoisonDeps): Route[] {
  const list = createListPoison(deps);
  const redrive = createRedrivePoison(deps);
  return [
    route({ ...contracts.listPoison, handle: async ({ query }) => ({ status: 200, body: await list(query) }) }),
    route({
      ...contracts.redrivePoison,
      handle: async ({ caller, body, scope }) => ({
        status: 200,
        body: await redrive({ wanted: body, by: personCaller(caller).id }, scope),
      }),
    }),
  ];
}
