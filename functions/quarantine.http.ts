import { personCaller } from '../shared/core/caller.ts';
import { route, type Route } from '../shared/platform/route.ts';
import type { Table } from '../shared/platform/table.ts';
import type { createAssign } from '../shared/portals/quarantine-assign.ts';
import * as contracts from '../shared/portals/quarantine-contracts.ts';
import { listQuarantine, readQuarantined } from '../shared/portals/quarantine-list.ts';

type QuarantineRoutesDeps = ReturnType<typeof createAssign> & { table: Table };

/** What could not be mapped, for administrators. */
export const quarantineRoutes = ({ table, assign, discard }: QuarantineRoutesDeps): Route[] => [
  route({
    ...contracts.listQuarantined,
    handle: async ({ query }) => ({ status: 200, body: await listQuarantine(table, query) }),
  }),
  route({
    ...contracts.readQuarantined,
    handle: async ({ params: { id } }) => ({ status: 200, body: await readQuarantined(table, id) }),
  }),
  route({
    ...contracts.assignQuarantined,
    handle: async ({ caller, params: { id }, body: said, scope }) => {
      const body = await assign({ id, by: personCaller(caller), said }, scope);
      return { status: 200, body, headers: { location: body.location } };
    },
  }),
  route({
    ...contracts.discardQuarantined,
    handle: async ({ caller, params: { id }, body, scope }) => {
      await discard({ id, by: personCaller(caller), said: body }, scope);
      return { status: 200, body: await readQuarantined(table, id) };
    },
  }),
];
