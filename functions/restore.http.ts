import { personCaller } from '../shared/core/caller.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import { createReadRestore, createReleaseRestore } from '../shared/escalations/release-restore.ts';
import * as contracts from '../shared/escalations/restore-contracts.ts';
import { route, type Route } from '../shared/platform/route.ts';

/** A desk that came back from a backup: filing is held until it is known what Microsoft has. */
export function restoreRoutes(deps: Pick<EscalationDeps, 'tables' | 'clock' | 'connections'>): Route[] {
  const read = createReadRestore(deps);
  const release = createReleaseRestore(deps);
  return [
    route({ ...contracts.readRestore, handle: async () => ({ status: 200, body: await read() }) }),
    route({
      ...contracts.releaseRestore,
      handle: async ({ body, caller, scope }) => ({
        status: 200,
        body: await release(body, personCaller(caller).id, scope),
      }),
    }),
  ];
}
