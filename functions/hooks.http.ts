import * as z from 'zod';
import { route, type Route } from '../shared/platform/route.ts';
import type { createPortalHook } from '../shared/portals/portal-hook.ts';
import { sentRequestSchema } from '../shared/requests/request.ts';

export type HookDeps = { receivePortalHook: ReturnType<typeof createPortalHook> };

const hookBody = z.strictObject({
  type: z.literal('support_request.created'),
  timestamp: z.iso.datetime({ offset: true }),
  data: sentRequestSchema,
});

/** Webhooks that others send to the desk. */
export const hookRoutes = (deps: HookDeps): Route[] => [
  route({
    name: 'receivePortalHook',
    method: 'POST',
    path: 'api/hooks/portals/{portalId}',
    summary: 'Take a webhook of a portal, signed as Standard Webhooks says.',
    access: 'signed',
    params: z.object({ portalId: z.string() }),
    signedBody: hookBody,
    answers: {
      202: {
        description: 'Taken in; the same webhook-id and body again gets the same answer.',
        schema: z.union([
          z.object({ requestId: z.string(), location: z.string() }),
          z.object({ quarantineId: z.string() }),
          z.object({ ignored: z.literal(true) }),
        ]),
      },
    },
    errors: ['webhook-id-reused'],
    handle: async ({ params, headers, raw, scope }) => ({
      status: 202,
      body: await deps.receivePortalHook({ portalId: params.portalId, headers, raw }, scope),
    }),
  }),
];
