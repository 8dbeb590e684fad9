import { knownCaller } from '../shared/core/caller.ts';
import { customerHealth } from '../shared/health/customer-health.ts';
import { fleetHealth, type FleetDeps } from '../shared/health/fleet.ts';
import { listCustomerIncidents, listIncidents, readIncident } from '../shared/health/incident-queries.ts';
import * as contracts from '../shared/health/route-contracts.ts';
import { conditional } from '../shared/platform/conditional.ts';
import { route, type Route } from '../shared/platform/route.ts';

export const healthRoutes = (deps: FleetDeps): Route[] => [
  route({
    ...contracts.readCustomerHealth,
    handle: async ({ caller, headers, params: { id }, query }) =>
      conditional(
        headers,
        await customerHealth(deps, knownCaller(caller), { customerId: id, unused: query.unused === 'true' }),
      ),
  }),
  route({
    ...contracts.listCustomerIncidents,
    handle: async ({ caller, headers, params: { id }, query }) =>
      conditional(headers, await listCustomerIncidents(deps, knownCaller(caller), { customerId: id, ...query })),
  }),
  route({
    ...contracts.readFleetHealth,
    handle: async ({ caller, headers, query }) =>
      conditional(headers, await fleetHealth(deps, knownCaller(caller), query)),
  }),
  route({
    ...contracts.listIncidents,
    handle: async ({ caller, headers, query }) =>
      conditional(headers, await listIncidents(deps, knownCaller(caller), query)),
  }),
  route({
    ...contracts.readIncident,
    handle: async ({ caller, headers, params: { id } }) =>
      conditional(headers, await readIncident(deps, knownCaller(caller), id)),
  }),
];
