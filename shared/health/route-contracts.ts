import * as z from 'zod';
import { conditionalAnswers as answers } from '../platform/conditional.ts';
import { pagingQuery } from '../platform/route.ts';
import { customerHealthSchema, fleetSchema, incidentPageSchema, incidentViewSchema } from './health-answers.ts';
import { classifications, healthLevels } from './severity.ts';

const params = z.object({ id: z.string().min(1).max(100) });
const state = z.enum(['open', 'resolved']).optional();
const classification = z
  .enum(classifications)
  .optional()
  .describe('Planned changes are listed only when they are asked for.');
const service = z.string().min(1).max(100).optional();
const unused = z
  .enum(['true', 'false'])
  .optional()
  .describe(
    'Takes services in that the customer has no subscription for, and those that its cloud does not offer. Where subscriptions could not be seen, every service is always there.',
  );
const common = { method: 'GET', access: { portals: true, role: 'Desk.Read' } } as const;

export const readCustomerHealth = {
  ...common,
  name: 'readCustomerHealth',
  path: 'api/customers/{id}/health',
  summary: 'The services of a customer, with the age of the answer; what is not known is unknown, never healthy',
  params,
  query: z.strictObject({ unused }),
  answers: answers('The health', customerHealthSchema),
} as const;

export const listCustomerIncidents = {
  ...common,
  name: 'listCustomerIncidents',
  path: 'api/customers/{id}/incidents',
  summary: 'Incidents and advisories that affected a customer, newest first',
  params,
  query: z.strictObject({ ...pagingQuery, state, classification }),
  answers: answers('A page', incidentPageSchema),
  errors: ['invalid-cursor'],
} as const;

export const readFleetHealth = {
  ...common,
  name: 'readFleetHealth',
  path: 'api/health',
  summary: 'How many customers see each service at each level; a portal’s own only',
  query: z.strictObject({ service, status: z.enum(healthLevels).optional() }),
  answers: answers('The fleet', fleetSchema),
} as const;

export const listIncidents = {
  ...common,
  name: 'listIncidents',
  path: 'api/incidents',
  summary: 'Incidents and advisories, newest first; for a portal those of its customers, and a page may be short',
  query: z.strictObject({ ...pagingQuery, state, classification, service }),
  answers: answers('A page', incidentPageSchema),
  errors: ['invalid-cursor'],
} as const;

export const readIncident = {
  ...common,
  name: 'readIncident',
  path: 'api/incidents/{id}',
  summary: 'An incident with Microsoft’s posts and the affected customers that the caller may see',
  params,
  answers: answers('The incident', incidentViewSchema),
} as const;
