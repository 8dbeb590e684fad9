import * as z from 'zod';
import type { createPartnerCenterHook } from '../shared/customers/partner-center-hook.ts';
import { route, type Route } from '../shared/platform/route.ts';

export type PartnerCenterHookDeps = { receivePartnerCenterHook: ReturnType<typeof createPartnerCenterHook> };

/** For the document alone: what Partner Center sends is read more loosely. */
const sentEvent = z.looseObject({
  EventName: z.string(),
  ResourceUri: z.string().nullish(),
  ResourceName: z.string().nullish(),
  AuditUri: z.string().nullish(),
  ResourceChangeUtcDate: z.string().nullish(),
});

/** Notifications of Partner Center. */
export const partnerCenterHookRoutes = (deps: PartnerCenterHookDeps): Route[] => [
  route({
    name: 'receivePartnerCenterHook',
    method: 'POST',
    path: 'api/hooks/partner-center',
    summary: 'Take a notification of Partner Center, signed with a certificate of Microsoft, as a hint of what to read',
    access: 'signed',
    signedBody: sentEvent,
    signatureHeaders: ['x-ms-signature', 'x-ms-certificate-url', 'x-ms-signature-algorithm'],
    answers: {
      200: {
        description: 'Taken in, also where nothing follows from it',
        schema: z.object({ received: z.literal(true) }),
      },
    },
    handle: async ({ headers, raw, scope }) => {
      await deps.receivePartnerCenterHook({ headers, raw }, scope);
      return { status: 200, body: { received: true } };
    },
  }),
];
