import * as z from 'zod';
import type { Ids } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { DeskCloud } from './cloud.ts';
import { SourceFailure, type CustomersSource, type ListedCustomer } from './customers-source.ts';
import { getJson, type UpstreamDeps } from './upstream-json.http.ts';

const linkSchema = z.looseObject({
  headers: z.array(z.looseObject({ key: z.string(), value: z.string() })).nullish(),
});
const collectionSchema = z.looseObject({
  items: z.array(z.unknown()),
  links: z.looseObject({ next: linkSchema.nullish() }).nullish(),
  continuationToken: z.string().nullish(),
});
const customerItemSchema = z.looseObject({
  id: z.guid(),
  companyProfile: z.looseObject({ domain: z.string(), companyName: z.string() }),
  relationshipToPartner: z.string().nullish(),
});
const detailsSchema = z.looseObject({ customDomains: z.array(z.string()).nullish() });
const subscriptionSchema = z.looseObject({
  status: z.string().nullish(),
  productType: z.looseObject({ id: z.string() }).nullish(),
});

const continuationHeader = 'MS-ContinuationToken';

/**
 * Customers from Partner Center, read as the application of a connection.
 * Microsoft docs: "Get a list of customers", "Get a customer by ID", "Get all of a customer's subscriptions", "Headers".
 */
export function partnerCenterCustomers(
  deps: UpstreamDeps & { ids: Pick<Ids, 'newUuid'>; cloud: DeskCloud },
): CustomersSource {
  const read = async <T>(
    connectionId: string,
    call: { path: string; schema: z.ZodType<T>; token?: string | undefined },
  ) => {
    const connection = deps.cloud.connections.find((one) => one.id === connectionId);
    if (!connection) throw new SourceFailure('refused', 'There is no such connection.');
    return getJson(deps, {
      want: { tenantId: connection.tenantId, resource: 'partnercenter', connectionId },
      url: `${deps.cloud.endpoints.partnerCenterBaseUrl}/v1${call.path}`,
      headers: {
        'MS-RequestId': deps.ids.newUuid(),
        'MS-CorrelationId': deps.ids.newUuid(),
        'MS-Contract-Version': 'v1',
        'X-Locale': 'en-US',
        ...(call.token !== undefined && { [continuationHeader]: call.token }),
      },
      schema: call.schema,
    });
  };

  return {
    list: async (connectionId, token) => {
      // Built from the token alone: the link's own URI may lack /v1, be malformed, or name another host.
      const path =
        token === undefined
          ? `/customers?size=${String(limits.directoryPageCustomers)}`
          : '/customers?seekOperation=Next';
      const collection = await read(connectionId, { path, token, schema: collectionSchema });
      const customers = collection.items.flatMap(toListed);
      const next = nextToken(collection);
      if (next !== undefined && next === token) {
        throw new SourceFailure('unreadable', 'The list repeats its continuation token.', { status: 200 });
      }
      return {
        customers,
        skipped: collection.items.length - customers.length,
        ...(next !== undefined && { continuation: next }),
      };
    },
    domains: async (connectionId, tenantId) => {
      const details = await read(connectionId, { path: `/customers/${tenantId}`, schema: detailsSchema });
      return details.customDomains?.map((domain) => domain.toLowerCase());
    },
    hasAzurePlan: async (connectionId, tenantId) => {
      const path = `/customers/${tenantId}/subscriptions`;
      const { items } = await read(connectionId, { path, schema: collectionSchema });
      return items.some(isAzurePlan);
    },
  };
}

function toListed(item: unknown): ListedCustomer[] {
  const parsed = customerItemSchema.safeParse(item);
  if (!parsed.success) return [];
  const { id, companyProfile, relationshipToPartner } = parsed.data;
  return [
    {
      tenantId: id.toLowerCase(),
      name: companyProfile.companyName,
      initialDomain: companyProfile.domain.toLowerCase(),
      relationship: (relationshipToPartner ?? 'none').toLowerCase(),
    },
  ];
}

/**
 * Only `links.next` says that there is more: `links.self` of a later page carries a token too. One without a token is no last
 * page: whoever comes after it would be taken for gone.
 */
function nextToken({ links, continuationToken }: z.output<typeof collectionSchema>): string | undefined {
  if (!links?.next) return undefined;
  const named = links.next.headers?.find(({ key }) => key.toLowerCase() === continuationHeader.toLowerCase());
  const token = [named?.value, continuationToken].find((text) => text);
  if (!token) {
    throw new SourceFailure('unreadable', 'The list has a next page and no continuation token.', { status: 200 });
  }
  return token;
}

function isAzurePlan(item: unknown): boolean {
  const parsed = subscriptionSchema.safeParse(item);
  if (!parsed.success) return false;
  return parsed.data.productType?.id.toLowerCase() === 'azure' && parsed.data.status?.toLowerCase() === 'active';
}
