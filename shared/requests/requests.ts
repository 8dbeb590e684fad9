import type { Random } from '../core/ids.ts';
import type { Tables } from '../platform/table.ts';
import { createAmend } from './amend.ts';
import { createRequestChanges } from './changes.ts';
import { createFamily } from './family.ts';
import { createForEscalation } from './for-escalation.ts';
import { createIntake, type IntakeDeps } from './intake.ts';
import { createRequestLists } from './lists.ts';
import type { Announce, CancelEscalations } from './ports.ts';
import { createRequestProjection } from './projection.ts';
import { createRequestQueries } from './request-queries.ts';
import { createRequestStore } from './request-store.ts';

/** What requests need from the rest of the desk. Tables are wrapped with write tokens by whoever builds this. */
export type RequestsDeps = Omit<IntakeDeps, 'table'> & {
  tables: Tables<'requests' | 'requestlists'>;
  announce: Announce;
  cancelEscalations: CancelEscalations;
  random: Random;
};

/** Everything that can be done with support requests. */
export function createRequests({ tables, announce, cancelEscalations, ...deps }: RequestsDeps) {
  const table = tables('requests');
  const lists = tables('requestlists');
  const store = createRequestStore({ ...deps, table });
  return {
    ...createIntake({ ...deps, table }),
    ...createRequestChanges({ store }),
    ...createRequestQueries({ store, clock: deps.clock }),
    ...createForEscalation({ store }),
    amend: createAmend({ store, clock: deps.clock, currentStatement: deps.currentStatement }),
    list: createRequestLists({ table: lists, store, clock: deps.clock }).page,
    /** Consumer of `request-event`. */
    project: createRequestProjection({
      ...deps,
      requests: table,
      lists,
      store,
      announce,
      cancelEscalations,
      family: createFamily({ store }),
    }),
  };
}

export type Requests = ReturnType<typeof createRequests>;
