import type { Caller } from '../core/caller.ts';
import type { Random } from '../core/ids.ts';
import type { Tables } from '../platform/table.ts';
import { createAmend } from './amend.ts';
import { createRequestChanges } from './changes.ts';
import { createFamily } from './family.ts';
import { createFindByRef } from './find-by-ref.ts';
import { createForEscalation } from './for-escalation.ts';
import { createForPage } from './for-page.ts';
import { createHookChanges, type HookChangesDeps } from './hook-changes.ts';
import { createIntake, type IntakeDeps } from './intake.ts';
import { createRequestLists, type ListQuery, type RequestPage } from './lists.ts';
import type { Announce, MicrosoftClocks, TellEscalations } from './ports.ts';
import { createRequestProjection, type Reach } from './projection.ts';
import { createRequestQueries } from './request-queries.ts';
import { createRequestStore } from './request-store.ts';

/** What requests need from the rest of the desk. Tables are wrapped with write tokens by whoever builds this. */
export type RequestsDeps = Omit<IntakeDeps, 'table'> & {
  tables: Tables<'requests' | 'requestlists'>;
  announce: Announce;
  tellEscalations: TellEscalations;
  microsoftClocks: MicrosoftClocks;
  reach?: Reach;
  random: Random;
} & Pick<HookChangesDeps, 'portalCaller' | 'setAside'>;

/** Everything that can be done with support requests. */
export function createRequests({ tables, announce, tellEscalations, reach, ...deps }: RequestsDeps) {
  const table = tables('requests');
  const lists = tables('requestlists');
  const store = createRequestStore({ ...deps, table });
  const changes = createRequestChanges({ store });
  const { page } = createRequestLists({ table: lists, store, clock: deps.clock });
  const hooked = createHookChanges({ ...deps, table, store, changes });
  const byRef = createFindByRef({ index: hooked.index, store, clock: deps.clock });
  return {
    ...createIntake({ ...deps, table }),
    ...changes,
    ...hooked,
    ...createRequestQueries({ ...deps, store }),
    ...createForEscalation({ store }),
    readForPage: createForPage({ store }),
    amend: createAmend({ ...deps, store }),
    list: async (
      caller: Caller,
      { externalRef, ...query }: ListQuery & { externalRef?: string | undefined },
    ): Promise<RequestPage> =>
      externalRef === undefined ? page(caller, query) : byRef(caller, { ...query, externalRef }),
    /** Consumer of `request-event`. */
    project: createRequestProjection({
      ...deps,
      ...{ requests: table, lists, store, announce, tellEscalations, reach, index: hooked.index },
      family: createFamily({ store }),
    }),
  };
}

export type Requests = ReturnType<typeof createRequests>;
