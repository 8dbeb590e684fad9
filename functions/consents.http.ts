import * as z from 'zod';
import {
  consentRunBodySchema,
  consentRunSchema,
  createReadConsents,
  createStartConsents,
} from '../shared/customers/consent-runs.ts';
import { pagingQuery, route, type Route } from '../shared/platform/route.ts';

export type ConsentRoutesDeps = Parameters<typeof createStartConsents>[0];

const access = { portals: false, role: 'Desk.Admin' } as const;

/** The application's delegated permissions for many customers at once, by Partner Center. */
export function consentRoutes(deps: ConsentRoutesDeps): Route[] {
  const start = createStartConsents(deps);
  const read = createReadConsents(deps);
  return [
    route({
      name: 'grantConsents',
      method: 'POST',
      path: 'api/consent-runs',
      summary: 'Grants the application’s delegated permissions in customers’ tenants; one run per connection at a time',
      access,
      body: consentRunBodySchema,
      answers: {
        202: {
          description: 'Under way; a run that is under way already is answered as it is.',
          schema: z.object({ id: z.string(), connectionId: z.string() }),
          headers: { Location: 'The run.' },
        },
      },
      handle: async ({ body, scope }) => {
        const run = await start(body, scope);
        return { status: 202, body: run, headers: { location: `/api/consent-runs/${run.id}` } };
      },
    }),
    route({
      name: 'readConsentRun',
      method: 'GET',
      path: 'api/consent-runs/{id}',
      summary: 'How far the newest run of a connection is, with one result per customer',
      access,
      params: z.object({ id: z.string().max(64) }),
      query: z.strictObject(pagingQuery),
      answers: { 200: { description: 'The run', schema: consentRunSchema } },
      errors: ['invalid-cursor'],
      handle: async ({ params, query }) => ({ status: 200, body: await read(params.id, query) }),
    }),
  ];
}
