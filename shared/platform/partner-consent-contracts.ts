import * as z from 'zod';

const access = { portals: false, role: 'Desk.Admin' } as const;
const time = z.iso.datetime();

const bodySchema = z
  .strictObject({
    connectionId: z.string().max(32).optional().meta({ description: 'May be left out where there is only one.' }),
  })
  .meta({ id: 'PartnerConsentWanted' });

const askedSchema = z
  .strictObject({
    id: z.string(),
    url: z.url().meta({ description: 'Where the integration account signs in, once.' }),
    expiresAt: time,
  })
  .meta({ id: 'PartnerConsentAsked' });

const partnerConsentSchema = z
  .strictObject({
    id: z.string(),
    connectionId: z.string(),
    tenantId: z.string(),
    state: z.enum(['waiting', 'exchanging', 'done', 'failed', 'expired']),
    said: z.string().meta({ description: 'The state in words; where it failed, what to do.' }),
    expiresAt: time,
    endedAt: time.optional(),
    code: z.string().optional().meta({ description: 'Microsoft’s, or a word of the desk.' }),
    account: z.string().optional().meta({ description: 'Who signed in, for an hour.' }),
    mfa: z.enum(['proven', 'untold']).optional().meta({ description: 'What Partner Center says of the sign-in.' }),
    read: z.enum(['proven', 'refused', 'unproven']).optional().meta({ description: 'Of a read at Partner Center.' }),
    grantEndsAt: time.optional().meta({ description: 'Unless it is renewed, which the desk does once a day.' }),
  })
  .meta({ id: 'PartnerConsent' });
export type PartnerConsent = z.output<typeof partnerConsentSchema>;

const endSchema = z
  .strictObject({
    state: z.enum(['done', 'failed', 'consented', 'not-consented']).meta({
      description:
        'The last two: what Entra says of an administrator’s consent by a link, of which the desk keeps nothing.',
    }),
    said: z.string(),
  })
  .meta({ id: 'PartnerConsentEnd' });

/** Loose: Entra adds parameters of its own, such as `session_state`. */
const answerSchema = z.looseObject({
  state: z.string().max(1_000).optional(),
  code: z.string().max(16_000).optional(),
  error: z.string().max(1_000).optional(),
  error_description: z.string().max(16_000).optional(),
  admin_consent: z.string().max(16).optional(),
});

export const askPartnerConsent = {
  name: 'askPartnerConsent',
  method: 'POST',
  path: 'api/partner-consents',
  summary: 'Begin a sign-in of a partner connection’s integration account (Secure Application Model)',
  access,
  body: bodySchema,
  answers: {
    201: { description: 'Waiting for the sign-in', schema: askedSchema, headers: { location: 'How it stands' } },
  },
  errors: ['setting-missing', 'too-many-requests', 'idempotency-key-reused', 'invalid-header'],
} as const;

export const readPartnerConsent = {
  name: 'readPartnerConsent',
  method: 'GET',
  path: 'api/partner-consents/{id}',
  summary: 'How a sign-in stands',
  access,
  params: z.strictObject({ id: z.string().regex(/^[a-z2-7]{26}$/) }),
  answers: { 200: { description: 'The sign-in', schema: partnerConsentSchema } },
} as const;

export const takePartnerConsent = {
  name: 'takePartnerConsent',
  method: 'GET',
  path: 'api/partner-consents/callback',
  summary: 'Where Entra sends the browser back; a signed state, good once, lets a sign-in in',
  access: 'public',
  query: answerSchema,
  answers: { 200: { description: 'What became of it', schema: endSchema, alsoText: 'text/html' } },
  errors: ['illegal-transition'],
} as const;
