import * as z from 'zod';
import { hashOf } from '../core/hash.ts';
import { rowKind } from '../platform/row.ts';
import type { CloudName } from './cloud.ts';
import { troubleSchema } from './coverage.ts';

/** Text that storage can keep: no half characters. */
const refText = (characters: number) =>
  z
    .string()
    .min(1)
    .max(characters)
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

/** The id of a customer at a portal or in a PSA tool. */
export const externalRefSchema = z.strictObject({ system: refText(64), id: refText(128) });
export type ExternalRef = z.output<typeof externalRefSchema>;

/** An indirect reseller: its tenant, its Partner ID, its name, as far as Microsoft says. */
const resellerSchema = z.object({
  tenantId: z.string().optional(),
  partnerId: z.string().optional(),
  name: z.string().optional(),
});

/** A granular delegated admin relationship (GDAP). Microsoft docs: delegatedAdminRelationship. Times are ISO texts. */
const delegationSchema = z.object({
  relationshipId: z.string().optional(),
  /** Microsoft's word, such as `active` or `expired`; `none` where there is no relationship. */
  status: z.string(),
  /** When it ends, or ended before its time; absent where it has not begun. */
  endsAt: z.string().optional(),
  /** Template ids of the roles that its access assignments give somebody; without them it gives nobody anything. Absent: not known. */
  roleIds: z.array(z.string()).optional(),
  /** The threshold (days before the end) of which a warning was given last. */
  warnedDays: z.number().optional(),
});

/**
 * A customer's tenant as the desk knows it. The directory sync writes who it is; the health poll writes `openIncidentIds` and
 * `coverage`, so that an intake needs this row alone.
 */
export const customerSchema = z.object({
  customerId: z.string(),
  connectionId: z.string(),
  tenantId: z.string(),
  name: z.string(),
  /** `something.onmicrosoft.com`, or the only domain that Partner Center shows. */
  initialDomain: z.string(),
  /** Lower case; at least the initial domain. */
  domains: z.array(z.string()),
  relationship: z.string(),
  /** Graph service ids (and `azure`) that its subscriptions give; absent where the desk could not see them. */
  services: z.array(z.string()).optional(),
  /** Through whom an indirect provider serves it. */
  reseller: resellerSchema.optional(),
  /** US Government Community Cloud: a fact of a tenant in the global cloud, whose portals are others. */
  isGcc: z.boolean().optional(),
  /** The relationship through which the partner's people may act in the tenant longest; absent where the list could not be read. */
  gdap: delegationSchema.optional(),
  /** The partner does not want it polled; it is listed and may send requests. */
  isExcluded: z.boolean().optional(),
  azureSubscriptionIds: z.array(z.string()),
  access: z.object({ way: z.enum(['app', 'gdap', 'none']) }),
  /** `connectionId|n`, fixed when the customer joins. */
  healthShard: z.string(),
  openIncidentIds: z.array(z.object({ id: z.string(), revision: z.string() })),
  /** The same of Azure, which is read apart; absent where there is nothing. Planned changes are not among them. */
  openAzureIncidentIds: z.array(z.object({ id: z.string(), revision: z.string() })).optional(),
  /** Which Azure cycle (its beginning) wrote them. */
  azureHealthAt: z.string().optional(),
  /** `lastGoodAt` is the last good read before the trouble began; without a trouble, see the shard. */
  coverage: z.object({ lastGoodAt: z.string().optional(), trouble: troubleSchema.optional() }),
  /** Which poll cycle (its beginning) wrote the two. */
  healthAt: z.string().optional(),
  /** When details (domains, subscriptions) were read last. */
  detailsAt: z.string(),
  /** Why Partner Center would not say all of them then: what was known before still stands. */
  detailsTrouble: z
    .object({ code: z.enum(['throttled', 'away', 'refused', 'unreadable']), since: z.string() })
    .optional(),
  /** When the customer was found gone from the partner's list. Its history is kept; it is polled no more. */
  leftAt: z.string().optional(),
  externalRefs: z.array(externalRefSchema),
});
export type Customer = z.output<typeof customerSchema>;
export type Delegation = z.output<typeof delegationSchema>;

/** Open incidents of every feed. */
export const openIncidents = ({
  openIncidentIds,
  openAzureIncidentIds = [],
}: Pick<Customer, 'openIncidentIds' | 'openAzureIncidentIds'>): Customer['openIncidentIds'] => [
  ...openIncidentIds,
  ...openAzureIncidentIds,
];

export const customerRow = rowKind(customerSchema);
/** Some members of a customer, to be merged into its row. */
export const customerPart = rowKind(customerSchema.partial());
export const customerPartition = 'customer';
/** The customers in their partition: what else stands there begins with a capital (see `reseller-index.ts`). */
export const customerRange = { pk: customerPartition, from: 'c', to: 'd' } as const;

/** The row of a domain, a reference or an Azure subscription, pointing at its customer; a reference may have several. */
export const pointerRow = rowKind(z.object({ customerId: z.string() }));
export const domainPartition = 'domain';
export const refPartition = 'ref';
export const subscriptionPartition = 'subscription';

/** The desk's own id of a tenant: names nobody, and is found without a look-up. */
export const customerIdOf = (cloud: CloudName, tenantId: string): string =>
  `c${hashOf('customer', cloud, tenantId.toLowerCase()).slice(0, 20)}`;

export const customerIdPattern = /^c[a-z2-7]{20}$/;

export const shardKey = (connectionId: string, shard: number): string => `${connectionId}|${String(shard)}`;

export function parseShardKey(key: string): { connectionId: string; shard: number } {
  const at = key.lastIndexOf('|');
  return { connectionId: key.slice(0, at), shard: Number(key.slice(at + 1)) };
}
