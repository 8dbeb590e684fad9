import * as z from 'zod';
import { limits } from '../core/limits.ts';
import type { CustomerRead, CustomersSource, ListedCustomer, Subscription } from './customers-source.ts';
import {
  collectionSchema,
  nextToken,
  partnerCenterCall,
  unreadable,
  type PartnerCenterDeps,
} from './partner-center-call.partnercenter.ts';

const customerItemSchema = z.looseObject({
  id: z.guid(),
  companyProfile: z.looseObject({ domain: z.string().min(1), companyName: z.string() }),
  relationshipToPartner: z.string().nullish(),
});
const detailsSchema = z.looseObject({
  id: z.string().nullish(),
  customDomains: z.array(z.string()).nullish(),
  associatedPartnerId: z.string().nullish(),
});
const subscriptionSchema = z.looseObject({
  status: z.string().nullish(),
  offerName: z.string().nullish(),
  productType: z.looseObject({ id: z.string().nullish() }).nullish(),
  isMicrosoftProduct: z.boolean().nullish(),
  partnerId: z.string().nullish(),
});

/**
 * Customers from Partner Center, read as the application of a connection.
 * Microsoft docs: "Get a list of customers", "Get a customer by ID", "Get all of a customer's subscriptions".
 */
export function partnerCenterCustomers(deps: PartnerCenterDeps): CustomersSource {
  const call = partnerCenterCall(deps);
  return {
    list: async (connectionId, token) => {
      // Built from the token alone: the link's own URI may lack /v1, be malformed, or name another host.
      const path =
        token === undefined
          ? `/customers?size=${String(limits.directoryPageCustomers)}`
          : '/customers?seekOperation=Next';
      const collection = await call(connectionId, { path, token, schema: collectionSchema });
      const customers = collection.items.flatMap((item) => toListed(item) ?? []);
      const next = nextToken(collection, token);
      return {
        customers,
        skipped: collection.items.length - customers.length,
        ...(next !== undefined && { continuation: next }),
      };
    },
    customer: async (connectionId, tenantId) => {
      const details = await call(connectionId, { path: `/customers/${tenantId}`, schema: detailsSchema });
      if (details.id != null && details.id.toLowerCase() !== tenantId) throw unreadable('It is another customer.');
      return toRead(details);
    },
    subscriptions: async (connectionId, tenantId) => {
      const path = `/customers/${tenantId}/subscriptions`;
      const { items, links } = await call(connectionId, { path, schema: collectionSchema });
      const subscriptions = items.flatMap((item) => toSubscription(item) ?? []);
      return { subscriptions, isWhole: subscriptions.length === items.length && !links?.next };
    },
  };
}

function toListed(item: unknown): ListedCustomer | undefined {
  const parsed = customerItemSchema.safeParse(item);
  if (!parsed.success) return undefined;
  const { id, companyProfile, relationshipToPartner } = parsed.data;
  return {
    tenantId: id.toLowerCase(),
    name: companyProfile.companyName,
    initialDomain: companyProfile.domain.toLowerCase(),
    relationship: (relationshipToPartner ?? 'none').toLowerCase(),
  };
}

function toRead(details: z.output<typeof detailsSchema>): CustomerRead {
  const domains = details.customDomains?.filter((domain) => domain !== '').map((domain) => domain.toLowerCase());
  return { listed: toListed(details), domains, resellerId: nonEmpty(details.associatedPartnerId)?.toLowerCase() };
}

const nonEmpty = (text: string | null | undefined): string | undefined =>
  text === '' ? undefined : (text ?? undefined);

/** Every status but these may be in use: a new word must not hide a service. */
const endedStatuses = new Set(['none', 'suspended', 'expired', 'disabled', 'deleted']);

function toSubscription(item: unknown): Subscription | undefined {
  const parsed = subscriptionSchema.safeParse(item);
  if (!parsed.success) return undefined;
  const { status, offerName, productType, isMicrosoftProduct, partnerId } = parsed.data;
  return {
    product: offerName ?? undefined,
    productType: productType?.id ?? undefined,
    isActive: !endedStatuses.has((status ?? '').toLowerCase()),
    isMicrosoft: isMicrosoftProduct !== false,
    partnerId: nonEmpty(partnerId),
  };
}
