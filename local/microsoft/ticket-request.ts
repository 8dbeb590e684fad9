import * as z from 'zod';
import { classificationName, serviceName } from './arm-catalog.ts';

const languages = [
  'en-us',
  'zh-hans',
  'es-es',
  'fr-fr',
  'ja-jp',
  'ko-kr',
  'ru-ru',
  'pt-br',
  'it-it',
  'zh-tw',
  'de-de',
] as const;

const text = z.string().trim().min(1);

const contactDetailsSchema = z.looseObject({
  firstName: text,
  lastName: text,
  preferredContactMethod: z.enum(['email', 'phone']),
  primaryEmailAddress: z.email(),
  additionalEmailAddresses: z.array(z.email()).optional(),
  phoneNumber: text.optional(),
  preferredTimeZone: text,
  country: z.string().regex(/^[A-Za-z]{3}$/, 'must be an ISO 3166-1 alpha-3 code'),
  preferredSupportLanguage: z.string().refine((one) => (languages as readonly string[]).includes(one.toLowerCase()), {
    error: 'is not a language of support',
  }),
});

const severitySchema = z.enum(['minimal', 'moderate', 'critical', 'highestcriticalimpact']);

const ticketPropertiesSchema = z
  .looseObject({
    serviceId: z.string().refine((id) => serviceName(id) !== undefined, { error: 'is not a service' }),
    problemClassificationId: z
      .string()
      .refine((id) => classificationName(id) !== undefined, { error: 'is not a problem classification' }),
    title: text,
    description: text,
    severity: severitySchema,
    advancedDiagnosticConsent: z.enum(['Yes', 'No']),
    contactDetails: contactDetailsSchema,
  })
  .refine((ticket) => ticket.problemClassificationId.toLowerCase().startsWith(`${ticket.serviceId.toLowerCase()}/`), {
    path: ['problemClassificationId'],
    error: 'belongs to another service',
  })
  .refine(
    ({ severity, contactDetails }) => {
      const isPhoneNeeded =
        contactDetails.preferredContactMethod === 'phone' || ['critical', 'highestcriticalimpact'].includes(severity);
      return !isPhoneNeeded || contactDetails.phoneNumber !== undefined;
    },
    {
      path: ['contactDetails', 'phoneNumber'],
      error: 'is required for contact by phone and for severity critical and above',
    },
  );

/** Body of the create. Microsoft docs: Support tickets, create, required fields. */
export const ticketRequestSchema = z.looseObject({ properties: ticketPropertiesSchema });

/** Body of the update: PATCH takes `open` and `closed`, while reading answers free text such as `Open`. */
export const ticketPatchSchema = z.looseObject({
  severity: severitySchema.optional(),
  status: z.enum(['open', 'closed']).optional(),
  contactDetails: contactDetailsSchema.partial().optional(),
  advancedDiagnosticConsent: z.enum(['Yes', 'No']).optional(),
  secondaryConsent: z.array(z.looseObject({ type: z.string(), userConsent: z.string() })).optional(),
});

export const communicationRequestSchema = z.looseObject({
  properties: z.looseObject({ subject: text, body: text, sender: z.email().optional() }),
});
