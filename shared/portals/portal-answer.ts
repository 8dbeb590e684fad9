import * as z from 'zod';
import { without } from '../core/merge-patch.ts';
import { limits } from '../core/limits.ts';
import { describedInboundSchema } from './inbound.ts';
import { portalSchema, rateSchema, resellersSchema, type Portal } from './portal.ts';

const outboundSchema = portalSchema.shape.outbound.unwrap().omit({ secretName: true });

const shared = {
  id: z.string(),
  name: z.string(),
  application: z.object({ tenantId: z.string(), clientId: z.string() }).optional(),
  inbound: describedInboundSchema,
  outbound: outboundSchema.optional(),
  rate: rateSchema,
  disabled: z.boolean(),
  /** Where one key replaces another: until when both are good. */
  rotations: z.object({
    inbound: z.object({ endsAt: z.iso.datetime() }).optional(),
    outbound: z.object({ endsAt: z.iso.datetime() }).optional(),
  }),
  version: z.int(),
  updatedAt: z.iso.datetime().optional(),
};

/** Whether the vault has the secret; `unknown` where it cannot be asked. */
const presenceSchema = z.enum(['present', 'missing', 'unknown']);
export type Presence = z.output<typeof presenceSchema>;

export const portalAnswerSchema = z
  .object({ ...shared, customers: z.union([z.literal('all'), z.array(z.string()), resellersSchema]) })
  .meta({ id: 'Portal' });
type PortalAnswer = z.output<typeof portalAnswerSchema>;

export const portalDetailSchema = z
  .object({
    ...portalAnswerSchema.shape,
    /** How many its customers are at this time, unless it has all. */
    customerCount: z.int().optional(),
    secrets: z.object({ inbound: presenceSchema, outbound: presenceSchema.optional() }),
  })
  .meta({ id: 'PortalDetail' });
export type PortalDetail = z.output<typeof portalDetailSchema>;

/** Shown this once: the desk does not show a secret again. */
export const newSecretsSchema = z.object({ inbound: z.string().optional(), outbound: z.string().optional() });
export type NewSecrets = z.output<typeof newSecretsSchema>;

export const madePortalSchema = z
  .object({
    ...portalAnswerSchema.shape,
    newSecrets: newSecretsSchema.optional(),
    /** Of a rotation: from when on every instance takes the new secret. */
    usableFrom: z.iso.datetime().optional(),
  })
  .meta({ id: 'PortalWithNewSecrets' });
export type MadePortal = z.output<typeof madePortalSchema>;

export const portalPageSchema = z
  .object({
    items: z.array(
      z.object({
        ...shared,
        customers: z.union([z.literal('all'), z.object({ listed: z.int() }), resellersSchema]),
      }),
    ),
    nextCursor: z.string().optional(),
  })
  .meta({ id: 'PortalPage' });
type PortalItem = z.output<typeof portalPageSchema>['items'][number];

export const versionOf = (portal: Portal): number => portal.version ?? 1;

/** A portal without the names of its secrets. */
export const portalAnswer = (portal: Portal): PortalAnswer => ({ ...sharedOf(portal), customers: portal.customers });

export const portalItem = (portal: Portal): PortalItem => ({
  ...sharedOf(portal),
  customers: Array.isArray(portal.customers) ? { listed: portal.customers.length } : portal.customers,
});

/** What the desk takes of a portal that has no rate of its own. */
const deskRate = { perSecond: limits.portalRatePerSecond, burst: limits.portalBurst };

function sharedOf(portal: Portal): Omit<PortalAnswer, 'customers'> {
  const { id, name, application, inbound, outbound, rate = deskRate, disabled, rotations, updatedAt } = portal;
  return {
    id,
    name,
    ...(application && { application }),
    inbound: without(inbound, 'secretName'),
    ...(outbound && { outbound: without(outbound, 'secretName') }),
    rate,
    disabled,
    rotations: {
      ...(rotations?.inbound && { inbound: { endsAt: rotations.inbound.endsAt } }),
      ...(rotations?.outbound && { outbound: { endsAt: rotations.outbound.endsAt } }),
    },
    version: versionOf(portal),
    ...(updatedAt !== undefined && { updatedAt }),
  };
}
