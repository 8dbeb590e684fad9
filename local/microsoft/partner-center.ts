import type { Cloud } from './cloud.ts';
import { callerOfPartnerCenter, customerOf, link, partnerRefusal, withTracing } from './partner-center-access.ts';
import { managedServices } from './managed-services.ts';
import { jsonObject } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { subscriptionsOf } from './partner-center-subscriptions.ts';
import { customers, guidOf } from './seed-world.ts';
import type { SeedCustomer } from './seed-world.ts';
import type { Throttle } from './throttle.ts';

/** Far below the real size, so that a directory of some dozen customers needs several pages. */
const maxPageSize = 10;

/** Customers of the partner and their subscriptions; application-only and user tokens are both taken. */
export function partnerCenterRoutes(cloud: Cloud, throttle: Throttle): Route[] {
  const guarded = (handle: (request: ApiRequest) => Reply) => async (request: ApiRequest) => {
    await callerOfPartnerCenter(cloud, request, { isUserNeeded: false, throttle });
    return withTracing(request, handle(request));
  };
  return [
    { name: 'partnercenter.customers.get', path: '/v1/customers', handle: guarded(customersPage) },
    {
      name: 'partnercenter.customers.get',
      path: '/v1/customers/:customer',
      handle: guarded((request) => ({ status: 200, body: customerDetails(customerOf(request)) })),
    },
    {
      name: 'partnercenter.managedservices.get',
      path: '/v1/customers/:customer/managedservices',
      handle: guarded((request) => ({ status: 200, body: managedServices(customerOf(request)) })),
    },
    {
      name: 'partnercenter.subscriptions.get',
      path: '/v1/customers/:customer/subscriptions',
      // Documented examples of some answers begin with a byte order mark; this one always does.
      handle: guarded((request) => ({
        status: 200,
        withBom: true,
        body: subscriptionsOf(customerOf(request), cloud.state),
      })),
    },
  ];
}

type Page = { offset: number; size: number };

function customersPage({ query, headers }: ApiRequest): Reply {
  if (query.has('filter')) throw invalidProperty('filter');
  const { offset, size } = pageOf(query, headers['ms-continuationtoken']);
  const items = customers.slice(offset, offset + size).map(customerItem);
  const isLast = offset + size >= customers.length;
  const self =
    offset === 0
      ? link(`/customers?size=${String(size)}`)
      : withToken('/v1/customers?seekOperation=Next', { offset, size });
  return {
    status: 200,
    withBom: isLast,
    body: {
      // Counts this page, not the whole directory.
      totalCount: items.length,
      items,
      links: { self, ...(!isLast && { next: nextLink({ offset: offset + size, size }) }) },
      attributes: { objectType: 'Collection' },
    },
  };
}

/** With and without `/v1`; from the second page on with two question marks, as one documented link has it. */
function nextLink(page: Page) {
  const uri =
    page.offset === page.size
      ? `/customers?size=${String(page.size)}&seekOperation=Next`
      : `/v1/customers?size=${String(page.size)}?seekOperation=Next`;
  return withToken(uri, page);
}

function withToken(uri: string, page: Page) {
  const value = Buffer.from(JSON.stringify(page)).toString('base64');
  return { ...link(uri), headers: [{ key: 'MS-ContinuationToken', value }] };
}

function pageOf(query: URLSearchParams, token: string | string[] | undefined): Page {
  const size = sizeOf(query.get('size'));
  const seek = query.get('seekOperation');
  if (seek === null) return { offset: 0, size };
  if (seek.toLowerCase() !== 'next' || typeof token !== 'string') throw invalidProperty('seekOperation');
  const page = jsonObject(Buffer.from(token, 'base64').toString('utf8'));
  if (typeof page?.offset !== 'number' || typeof page.size !== 'number') throw invalidProperty('MS-ContinuationToken');
  return { offset: page.offset, size: page.size };
}

function sizeOf(text: string | null): number {
  if (text === null) return maxPageSize;
  if (!/^\d+$/.test(text)) throw invalidProperty('size');
  // 0 asks for everything at once.
  return text === '0' ? customers.length : Math.min(Number(text), maxPageSize);
}

function invalidProperty(property: string) {
  return partnerRefusal({ status: 400, code: '3000', description: 'Invalid property', data: [property] });
}

function customerItem({ tenantId, initialDomain, companyName }: SeedCustomer) {
  return {
    id: tenantId,
    companyProfile: {
      tenantId,
      domain: initialDomain,
      companyName,
      links: { self: link(`/customers/${tenantId}/profiles/company`) },
      attributes: { objectType: 'CustomerCompanyProfile' },
    },
    relationshipToPartner: 'reseller',
    links: { self: link(`/customers/${tenantId}`) },
    attributes: { objectType: 'Customer' },
  };
}

/** Microsoft docs: Get a customer by ID, as a caller with Directory Readers sees it. */
function customerDetails(customer: SeedCustomer) {
  const { tenantId, slug, initialDomain, customDomain, companyName, country, city, culture } = customer;
  const address = { country, city, addressLine1: 'High Street 1', postalCode: '10001' };
  const item = customerItem(customer);
  return {
    ...item,
    companyProfile: { ...item.companyProfile, address, email: `it@${customDomain}` },
    commerceId: guidOf(`commerce:${slug}`),
    allowDelegatedAccess: false,
    customDomains: [initialDomain, customDomain],
    billingProfile: {
      id: guidOf(`billing:${slug}`),
      firstName: 'Billing',
      lastName: 'Contact',
      email: `billing@${customDomain}`,
      culture,
      language: culture.slice(0, 2),
      companyName,
      defaultAddress: address,
      links: { self: link(`/customers/${tenantId}/profiles/billing`) },
      attributes: { etag: '-4102338804855492001', objectType: 'CustomerBillingProfile' },
    },
  };
}
