import * as z from 'zod';
import { azureAlertSchema } from '../shared/health/azure-alert.ts';
import { azureAlertAnswerSchema, type createTakeAzureAlert } from '../shared/health/azure-alert-hook.ts';
import { route, type Route } from '../shared/platform/route.ts';
import { addedQuery, type createPortalHook } from '../shared/portals/portal-hook.ts';
import { hookBodySchema } from '../shared/requests/hook-data.ts';

export type HookDeps = { receivePortalHook: ReturnType<typeof createPortalHook> };
export type AzureHookDeps = { takeAzureAlert: ReturnType<typeof createTakeAzureAlert> };

/** Webhooks that others send to the desk. */
export const hookRoutes = (deps: HookDeps): Route[] => [
  route({
    name: 'receivePortalHook',
    method: 'POST',
    path: 'api/hooks/portals/{portalId}',
    summary: 'Take a webhook of a portal, signed as Standard Webhooks says or as the portal describes it.',
    access: 'signed',
    params: z.object({ portalId: z.string() }),
    query: addedQuery,
    signedBody: hookBodySchema,
    answers: {
      202: {
        description: 'Taken in; the same webhook-id and body again gets the same answer.',
        schema: z.union([
          z.object({ requestId: z.string(), location: z.string() }),
          z.object({ quarantineId: z.string() }),
          z.object({ pendingId: z.string() }),
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

/** Alerts that Azure Monitor sends, as an application with a token of its own. */
export const azureHookRoutes = (deps: AzureHookDeps): Route[] => [
  route({
    name: 'takeAzureServiceHealthAlert',
    method: 'POST',
    path: 'api/hooks/azure-service-health',
    summary: 'Take an alert of Azure Service Health from an action group (secure webhook)',
    access: { portals: false, role: 'Desk.Operate', applicationRole: 'ActionGroupsSecureWebhook' },
    body: azureAlertSchema,
    answers: {
      202: { description: 'Taken in, or of no subscription that the desk knows', schema: azureAlertAnswerSchema },
    },
    handle: async ({ body, scope }) => ({ status: 202, body: await deps.takeAzureAlert(body, scope) }),
  }),
];
