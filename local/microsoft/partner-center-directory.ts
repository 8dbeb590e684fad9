import type { Cloud } from './cloud.ts';
import { callerOfPartnerCenter, customerOf, link, partnerRefusal, withTracing } from './partner-center-access.ts';
import { isoTime } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { customers, guidOf, partner, portals, resellers } from './seed-world.ts';
import type { PartnerChange } from './state.ts';
import type { Throttle } from './throttle.ts';

/** Audit records, and the relationships of an indirect provider with its resellers. */
export function partnerCenterDirectoryRoutes(cloud: Cloud, throttle: Throttle): Route[] {
  const guarded = (handle: (request: ApiRequest) => Reply) => async (request: ApiRequest) => {
    await callerOfPartnerCenter(cloud, request, { isUserNeeded: false, throttle });
    return withTracing(request, handle(request));
  };
  return [
    {
      name: 'partnercenter.auditrecords.get',
      path: '/v1/auditrecords',
      handle: guarded((request) => auditRecords(cloud, request)),
    },
    {
      name: 'partnercenter.relationships.get',
      path: '/v1/relationships',
      handle: guarded(() => ({ status: 200, body: collection(resellers.map(relationship)) })),
    },
    {
      name: 'partnercenter.relationships.get',
      path: '/v1/customers/:customer/relationships',
      handle: guarded((request) => ({ status: 200, body: collection(resellersOf(customerOf(request).tenantId)) })),
    },
  ];
}

const collection = <T>(items: readonly T[]) => ({
  totalCount: items.length,
  items,
  attributes: { objectType: 'Collection' },
});

/** Microsoft docs: relationship resources. */
const relationship = ({ tenantId, partnerId, name }: (typeof resellers)[number]) => ({
  id: tenantId,
  name,
  relationshipType: 'is_indirect_cloud_solution_provider_of',
  state: 'Active',
  mpnId: partnerId,
  location: 'GB',
  attributes: { objectType: 'PartnerRelationship' },
});

const resellersOf = (customerTenantId: string) =>
  resellers.filter((_, index) => portals[index]?.customerTenantIds.includes(customerTenantId)).map(relationship);

const keptMs = 90 * 24 * 60 * 60 * 1000;

/** Microsoft docs: Get a record of Partner Center activity. An older start than 90 days is refused. */
function auditRecords(cloud: Cloud, { query }: ApiRequest): Reply {
  const startDate = query.get('startDate') ?? '';
  const start = Date.parse(startDate);
  if (!/^\d{4}-\d\d-\d\d$/.test(startDate) || Number.isNaN(start) || start < cloud.now() - keptMs) {
    throw partnerRefusal({ status: 400, code: '3000', description: 'Invalid property', data: ['startDate'] });
  }
  const items = cloud.state.partnerChanges.filter(({ at }) => at >= start).map(auditRecord);
  const self = link(`/auditrecords?startDate=${startDate}`);
  return { status: 200, body: { ...collection(items), links: { self } } };
}

/** Microsoft docs: Auditing resources. */
function auditRecord(change: PartnerChange) {
  const { at, tenantId, kind } = change;
  const isGdap = kind === 'gdap';
  const value = kind === 'subscription' ? { offerName: change.offerName, status: change.status } : {};
  return {
    id: `${partner.tenantId}_${tenantId}_${kind}_${guidOf(`audit:${tenantId}:${kind}:${String(at)}`).slice(0, 8)}`,
    partnerId: partner.tenantId,
    customerId: tenantId,
    customerName: customers.find((customer) => customer.tenantId === tenantId)?.companyName,
    userPrincipalName: partner.user.upn,
    applicationId: isGdap ? 'GDAP' : 'Partner Center Web UI',
    resourceType: isGdap ? 'granular_admin_relationship' : 'subscription',
    resourceNewValue: JSON.stringify(value),
    operationType: isGdap ? 'granular_admin_relationship_activated' : 'update_subscription',
    operationDate: isoTime(at),
    operationStatus: 'succeeded',
    customizedData: [],
    attributes: { objectType: 'AuditRecord' },
  };
}
