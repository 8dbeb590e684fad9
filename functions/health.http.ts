import * as z from 'zod';
import { knownCaller } from '../shared/core/caller.ts';
import { customerHealth } from '../shared/health/customer-health.ts';
import { fleetHealth, type FleetDeps } from '../shared/health/fleet.ts';
import {
  customerHealthSchema,
  fleetSchema,
  incidentPageSchema,
  incidentViewSchema,
} from '../shared/health/health-answers.ts';
import { listCustomerIncidents, listIncidents, readIncident } from '../shared/health/incident-queries.ts';
import { classifications, healthLevels } from '../shared/health/severity.ts';
import { conditional } from '../shared/platform/conditional.ts';
import { pagingQuery, route, type Route } from '../shared/platform/route.ts';

const params = z.object({ id: z.string().min(1).max(100) });
const state = z.enum(['open', 'resolved']).optional();
const classification = z
  .enum(classifications)
  .optional()
  .describe('Planned changes are listed only when they are asked for.');
const service = z.string().min(1).max(100).optional();
/** Microsoft lists what a tenant may use and does not say what it uses: there is nothing to leave out. */
const unused = z
  .enum(['true', 'false'])
  .optional()
  .describe(
    'Takes services in that the customer has no use of. The desk cannot tell them apart: every listed service is always there.',
  );
const common = { method: 'GET', access: { portals: true, role: 'Desk.Read' } } as const;

const answers = (description: string, schema: z.ZodType): Route['answers'] => ({
  200: { description, schema, headers: { ETag: 'Changes with the content.' } },
  304: { description: 'Unchanged since the version named in If-None-Match.' },
});

export const healthRoutes = (deps: FleetDeps): Route[] => [
  route({
    ...common,
    name: 'readCustomerHealth',
    path: 'api/customers/{id}/health',
    summary: 'The services of a customer, with the age of the answer; what is not known is unknown, never healthy',
    params,
    query: z.strictObject({ unused }),
    answers: answers('The health', customerHealthSchema),
    handle: async ({ caller, headers, params: { id } }) =>
      conditional(headers, await customerHealth(deps, knownCaller(caller), id)),
  }),
  route({
    ...common,
    name: 'listCustomerIncidents',
    path: 'api/customers/{id}/incidents',
    summary: 'Incidents and advisories that affected a customer, newest first',
    params,
    query: z.strictObject({ ...pagingQuery, state, classification }),
    answers: answers('A page', incidentPageSchema),
    errors: ['invalid-cursor'],
    handle: async ({ caller, headers, params: { id }, query }) =>
      conditional(headers, await listCustomerIncidents(deps, knownCaller(caller), { customerId: id, ...query })),
  }),
  route({
    ...common,
    name: 'readFleetHealth',
    path: 'api/health',
    summary: 'How many customers see each service at each level; a portal’s own only',
    query: z.strictObject({ service, status: z.enum(healthLevels).optional() }),
    answers: answers('The fleet', fleetSchema),
    handle: async ({ caller, headers, query }) =>
      conditional(headers, await fleetHealth(deps, knownCaller(caller), query)),
  }),
  route({
    ...common,
    name: 'listIncidents',
    path: 'api/incidents',
    summary: 'Incidents and advisories, newest first; for a portal those of its customers, and a page may be short',
    query: z.strictObject({ ...pagingQuery, state, classification, service }),
    answers: answers('A page', incidentPageSchema),
    errors: ['invalid-cursor'],
    handle: async ({ caller, headers, query }) =>
      conditional(headers, await listIncidents(deps, knownCaller(caller), query)),
  }),
  route({
    ...common,
    name: 'readIncident',
    path: 'api/incidents/{id}',
    summary: 'An incident with Microsoft’s posts and the affected customers that the caller may see',
    params,
    answers: answers('The incident', incidentViewSchema),
    handle: async ({ caller, headers, params: { id } }) =>
      conditional(headers, await readIncident(deps, knownCaller(caller), id)),
  }),
];
