import * as z from 'zod';
import type { Caller, CustomerScope } from '../core/caller.ts';
import { fromIso } from '../core/clock.ts';
import { encodeKey } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { without } from '../core/merge-patch.ts';
import { rowKind, type RowKind } from '../platform/row.ts';
import type { TableOp } from '../platform/table.ts';
import { inboundSchema, secretNameSchema } from './inbound.ts';
import { packLong, unpackLong } from './long-column.ts';

/** The classifications of incidents; `health` has them too, and a portal must not need it. */
export const incidentKinds = ['incident', 'advisory', 'planned-change'] as const;

/** Two keys are good until `endsAt`: the secret named beside it holds both. Of the two, each has a secret of its own as well. */
const rotationSchema = z.strictObject({ newer: secretNameSchema, older: secretNameSchema, endsAt: z.iso.datetime() });

export const whichSecrets = ['inbound', 'outbound'] as const;
export type WhichSecret = (typeof whichSecrets)[number];

export const rateSchema = z.strictObject({
  perSecond: z.int().min(1).max(limits.portalRatePerSecond),
  burst: z.int().min(1).max(limits.portalBurst),
});

/** Its customers are all, those listed, or those whom an indirect provider serves through these resellers. */
export const resellersSchema = z.strictObject({
  resellers: z.array(z.string().min(1).max(64)).min(1).max(limits.portalResellers),
});

/** A partner portal: who may call in its name, with which secrets, for which customers, and what it is told. */
export const portalSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  name: z.string().min(1).max(limits.nameCharacters),
  customers: z.union([z.literal('all'), z.array(z.string()).max(limits.portalCustomers), resellersSchema]),
  /** The Entra application whose tokens are the portal's. */
  application: z.strictObject({ tenantId: z.string(), clientId: z.string() }).optional(),
  /** How its webhooks are signed; the secret is in the vault, two of them during a rotation. */
  inbound: inboundSchema,
  /** Where its notices go, and which: those that fit everything it names. */
  outbound: z
    .strictObject({
      url: z.url(),
      secretName: secretNameSchema,
      /** Such as `incident.opened`; without it, all. */
      types: z.array(z.string()).max(50).optional(),
      /** Of incidents: Graph's service ids, or `azure`; without it, all. */
      services: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
      /** Of incidents: which kinds; without it incidents and advisories. Planned changes go to those alone that name them. */
      classifications: z.array(z.enum(incidentKinds)).min(1).optional(),
    })
    .optional(),
  /** Less than what the desk takes of everybody. */
  rate: rateSchema.optional(),
  disabled: z.boolean(),
  rotations: z.strictObject({ inbound: rotationSchema.optional(), outbound: rotationSchema.optional() }).optional(),
  /** Counts the changes by API; without it, 1. */
  version: z.int().min(1).optional(),
  updatedAt: z.iso.datetime().optional(),
});

export type Portal = z.output<typeof portalSchema>;

/** Partition of table `portals` that holds every portal, by id; what else stands there begins with `~`. */
export const portalPartition = 'portal';
export const portalRange = { pk: portalPartition, to: '~' } as const;

const plainRow = rowKind(z.object(portalSchema.shape));

/** A long list of customers is packed. */
export const portalRow: RowKind<Portal> = {
  toColumns: (portal) => packLong(plainRow.toColumns(portal), 'customers_json'),
  fromRow: (row) => plainRow.fromRow({ ...row, columns: unpackLong(row.columns, 'customers_json') }),
};

export const portalKey = (id: string): string => encodeKey(id);
export const portalColumns = (portal: Portal) => portalRow.toColumns(portalSchema.parse(portal));

/** Registers the portal or replaces what was registered under its id. */
export const registerPortalOp = (portal: Portal): TableOp => ({
  kind: 'upsert',
  rk: portalKey(portal.id),
  columns: portalColumns(portal),
});

/** Whether this is the portal of an application; ids of Entra are the same in any case of letters. */
export const hasApplication =
  (tenantId: string, clientId: string) =>
  ({ application }: Pick<Portal, 'application'>): boolean =>
    application?.tenantId.toLowerCase() === tenantId.toLowerCase() &&
    application.clientId.toLowerCase() === clientId.toLowerCase();

/** The portal once its rotations that have come to their end by now are over. */
export function inForce(portal: Portal, now: number): Portal {
  const ended = whichSecrets.filter((which) => fromIso(portal.rotations?.[which]?.endsAt ?? '') <= now);
  return ended.reduce((settled, which) => withOneKey(settled, which, 'newer'), portal);
}

/** The portal with one of the two keys of its rotation, and without the rotation. */
export function withOneKey(portal: Portal, which: WhichSecret, kept: 'newer' | 'older'): Portal {
  const rotation = portal.rotations?.[which];
  if (rotation === undefined) return portal;
  return withSecret(portal, which, rotation[kept]);
}

/** The portal with another secret, which is no rotation's. */
export function withSecret(portal: Portal, which: WhichSecret, secretName: string): Portal {
  const before = portal[which];
  const rotations = without(portal.rotations ?? {}, which);
  return before === undefined ? portal : { ...portal, rotations, [which]: { ...before, secretName } };
}

/** The caller that a portal is once its token or its signature held. */
export const portalCaller = ({ id, rate }: Portal, customers: CustomerScope): Caller & { kind: 'portal' } => ({
  kind: 'portal',
  id: `portal:${id}`,
  portalId: id,
  customers,
  rate,
});
