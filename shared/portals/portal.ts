import * as z from 'zod';
import type { Caller, CustomerScope } from '../core/caller.ts';
import { encodeKey } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import type { TableOp } from '../platform/table.ts';
import { inboundSchema, secretNameSchema } from './inbound.ts';

/** A list longer than this does not fit into one column of Table storage (32 K characters). */
const customersMax = 1_200;

/** The classifications of incidents; `health` has them too, and a portal must not need it. */
const incidentKinds = ['incident', 'advisory', 'planned-change'] as const;

/** A partner portal: who may call in its name, with which secrets, for which customers, and what it is told. */
export const portalSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  name: z.string().min(1).max(200),
  customers: z.union([z.literal('all'), z.array(z.string()).max(customersMax)]),
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
  disabled: z.boolean(),
});

export type Portal = z.output<typeof portalSchema>;

/** Partition of table `portals` that holds every portal. */
export const portalPartition = 'portal';

export const portalRow = rowKind(portalSchema);

/** Registers the portal or replaces what was registered under its id. */
export const registerPortalOp = (portal: Portal): TableOp => ({
  kind: 'upsert',
  rk: encodeKey(portal.id),
  columns: portalRow.toColumns(portalSchema.parse(portal)),
});

export const customerScope = (portal: Portal): CustomerScope =>
  portal.customers === 'all' ? 'all' : new Set(portal.customers);

/** The caller that a portal is once its token or its signature held. */
export const portalCaller = (portal: Portal): Caller & { kind: 'portal' } => ({
  kind: 'portal',
  id: `portal:${portal.id}`,
  portalId: portal.id,
  customers: customerScope(portal),
});
