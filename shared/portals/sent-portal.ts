import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { sentInboundSchema } from './inbound.ts';
import { noticeTypes } from './notice-types.ts';
import { incidentKinds, portalSchema, rateSchema, resellersSchema, whichSecrets } from './portal.ts';

/** Requests that people bring in belong to it; nobody else can be it. */
const ownId = 'desk';

const idSchema = portalSchema.shape.id.refine((id) => id !== ownId, { error: 'is the name of the desk itself' });
const nameSchema = portalSchema.shape.name;

const idsSchema = z
  .array(z.string().min(1).max(64))
  .max(limits.portalCustomers)
  .transform((ids) => [...new Set(ids)]);

const byResellerSchema = resellersSchema.transform(({ resellers }) => ({
  resellers: [...new Set(resellers.map((id) => id.toLowerCase()))],
}));

const customersSchema = z.union([z.literal('all'), idsSchema, byResellerSchema]);
/** A list that is too long for one body grows call by call. */
const customersChangeSchema = z.strictObject({ add: idsSchema.optional(), remove: idsSchema.optional() });

const applicationSchema = z.strictObject({
  tenantId: z.guid().transform((id) => id.toLowerCase()),
  clientId: z.guid().transform((id) => id.toLowerCase()),
});

const filters = {
  types: z.array(z.enum(noticeTypes)).min(1),
  services: z.array(z.string().min(1).max(100)).min(1).max(100),
  classifications: z.array(z.enum(incidentKinds)).min(1),
};
const urlSchema = z.url().max(limits.urlCharacters);

/** A secret that the other side made. Without one the desk makes it. */
const secretSchema = z.string().min(1).max(limits.secretCharacters);
const secretsSchema = z.strictObject({ inbound: secretSchema.optional(), outbound: secretSchema.optional() });

export const sentPortalSchema = z.strictObject({
  id: idSchema,
  name: nameSchema,
  customers: customersSchema,
  application: applicationSchema.optional(),
  /** Standard Webhooks, unless something else is described. */
  inbound: sentInboundSchema.optional(),
  outbound: z.strictObject({ url: urlSchema, ...z.strictObject(filters).partial().shape }).optional(),
  rate: rateSchema.optional(),
  disabled: z.boolean().optional(),
  secrets: secretsSchema.optional(),
});
export type SentPortal = z.output<typeof sentPortalSchema>;

/** What is left out stays; null takes away. */
export const portalPatchSchema = z.strictObject({
  name: nameSchema.optional(),
  customers: z.union([customersSchema, customersChangeSchema]).optional(),
  application: applicationSchema.nullable().optional(),
  inbound: sentInboundSchema.optional(),
  outbound: z
    .strictObject({
      url: urlSchema.optional(),
      types: filters.types.nullable().optional(),
      services: filters.services.nullable().optional(),
      classifications: filters.classifications.nullable().optional(),
    })
    .nullable()
    .optional(),
  rate: rateSchema.nullable().optional(),
  disabled: z.boolean().optional(),
  /** Only of a secret that this change makes. */
  secrets: secretsSchema.optional(),
});
export type PortalPatch = z.output<typeof portalPatchSchema>;

const which = z.enum(whichSecrets);

/** A new secret beside the old one, or the end of such a rotation: of the two keys one is given up. */
export const rotateSchema = z.union([
  z.strictObject({
    which,
    secret: secretSchema.optional(),
    /** How long the old one stays good; 0 ends it at once. */
    overlapMinutes: z.int().min(0).max(limits.secretOverlapMinutesMax).optional(),
  }),
  z.strictObject({ which, end: z.enum(['older', 'newer']) }),
]);
export type Rotate = z.output<typeof rotateSchema>;
