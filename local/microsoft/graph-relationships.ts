import type { Cloud } from './cloud.ts';
import { hasRelationship, rolesOf, seededRoleIds } from './delegation.ts';
import { authorizeGraph, graphRefusal } from './graph.ts';
import { serviceManagementDetails } from './managed-services.ts';
import { BadOption, parseCount } from './odata.ts';
import { isoTime } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { customers, guidOf, partner } from './seed-world.ts';
import type { SeedCustomer } from './seed-world.ts';

const dayMs = 24 * 60 * 60 * 1000;
const maxTop = 300;
const path = '/v1.0/tenantRelationships/delegatedAdminRelationships';

/** Delegated admin relationships of the partner, and the portals they open; a person's token of the partner's tenant is needed. */
export function relationshipRoutes(cloud: Cloud): Route[] {
  return [
    { name: 'graph.delegatedAdminRelationships.get', path, handle: (request) => relationships(cloud, request) },
    {
      name: 'graph.accessAssignments.get',
      path: `${path}/:relationship/accessAssignments`,
      handle: (request) => assignments(cloud, request),
    },
    {
      name: 'graph.serviceManagementDetails.get',
      path: '/v1.0/tenantRelationships/delegatedAdminCustomers/:customer/serviceManagementDetails',
      handle: (request) => managementDetails(cloud, request),
    },
  ];
}

async function requireReader(cloud: Cloud, request: ApiRequest): Promise<void> {
  const claims = await authorizeGraph(cloud, request);
  const isPermitted = claims.scp?.split(' ').includes('DelegatedAdminRelationship.Read.All');
  if (!isPermitted || claims.tid !== partner.tenantId) throw graphRefusal(cloud, request, { status: 403 });
}

async function relationships(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  await requireReader(cloud, request);
  const { top, skip } = pageOf(cloud, request);
  const rows = customers.map((customer) => relationshipView(cloud, customer));
  const next = `${cloud.baseUrl}/graph${path}?$top=${String(top)}&$skipToken=${String(skip + top)}`;
  return {
    status: 200,
    body: {
      '@odata.context': `${cloud.baseUrl}/graph/v1.0/$metadata#tenantRelationships/delegatedAdminRelationships`,
      ...(skip + top < rows.length && { '@odata.nextLink': next }),
      value: rows.slice(skip, skip + top),
    },
  };
}

function pageOf(cloud: Cloud, request: ApiRequest): { top: number; skip: number } {
  try {
    const top = parseCount(request.query.get('$top'), maxTop);
    return { top: Math.max(1, Math.min(top, maxTop)), skip: parseCount(request.query.get('$skipToken'), 0) };
  } catch (error) {
    if (error instanceof BadOption) throw graphRefusal(cloud, request, { status: 400 });
    throw error;
  }
}

/** Microsoft docs: delegatedAdminAccessAssignment. One security group of the partner holds every role of a relationship. */
async function assignments(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  await requireReader(cloud, request);
  const id = request.param('relationship');
  const customer = customers.find(({ slug }) => relationshipId(slug) === id);
  if (customer === undefined) throw notFound(cloud, request);
  const root = `${cloud.baseUrl}/graph/v1.0/$metadata#tenantRelationships/delegatedAdminRelationships`;
  return {
    status: 200,
    body: {
      '@odata.context': `${root}('${id}')/accessAssignments`,
      value: [assignmentView(cloud, customer)],
    },
  };
}

const notFound = (cloud: Cloud, request: ApiRequest) =>
  graphRefusal(cloud, request, { status: 404, code: 'NotFound', message: 'Not found.' });

/** Of a customer with a relationship that has not ended. */
async function managementDetails(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  await requireReader(cloud, request);
  const id = request.param('customer').toLowerCase();
  const customer = customers.find(({ tenantId }) => tenantId === id);
  if (customer === undefined || !hasRelationship(cloud, id)) throw notFound(cloud, request);
  const root = `${cloud.baseUrl}/graph/v1.0/tenantRelationships/$metadata#delegatedAdminCustomers`;
  return {
    status: 200,
    body: { '@odata.context': `${root}/${id}/serviceManagementDetails`, value: serviceManagementDetails(customer) },
  };
}

function assignmentView(cloud: Cloud, { slug, tenantId }: SeedCustomer) {
  const roles = rolesOf(cloud, tenantId);
  const at = isoTime(cloud.state.beganAt - 200 * dayMs);
  return {
    '@odata.type': '#microsoft.graph.delegatedAdminAccessAssignment',
    '@odata.etag': `W/"${guidOf(`assignment-etag:${slug}:${roles.join()}`)}"`,
    id: guidOf(`assignment:${slug}`),
    status: 'active',
    createdDateTime: at,
    lastModifiedDateTime: at,
    accessContainer: { accessContainerId: guidOf('group:support'), accessContainerType: 'securityGroup' },
    accessDetails: { unifiedRoles: roles.map((roleDefinitionId) => ({ roleDefinitionId })) },
  };
}

export const relationshipId = (slug: string): string => `${guidOf(`gdap:${slug}`)}-${guidOf('gdap')}`;

/** Microsoft docs: delegatedAdminRelationship; `expiring` is what Microsoft shows near the end. */
function relationshipView(cloud: Cloud, { tenantId, companyName, slug }: SeedCustomer) {
  const endsAt = cloud.state.gdapEndsAt.get(tenantId) ?? cloud.state.beganAt;
  // A change of the assignments changes the relationship here; whether it does at Microsoft is not documented.
  const roles = rolesOf(cloud, tenantId);
  const isPending = cloud.state.gdapPending.has(tenantId);
  const activatedAt = Math.min(endsAt, cloud.state.beganAt + 500 * dayMs) - 730 * dayMs;
  return {
    '@odata.type': '#microsoft.graph.delegatedAdminRelationship',
    '@odata.etag': `W/"${guidOf(`etag:${slug}:${String(endsAt)}:${roles.join()}${isPending ? ':pending' : ''}`)}"`,
    id: relationshipId(slug),
    displayName: `${partner.name} support - ${slug}`,
    duration: 'P730D',
    customer: { tenantId, displayName: companyName },
    accessDetails: { unifiedRoles: seededRoleIds.map((roleDefinitionId) => ({ roleDefinitionId })) },
    status: isPending ? 'approvalPending' : relationshipStatus(endsAt - cloud.now()),
    autoExtendDuration: 'PT0S',
    createdDateTime: isoTime(activatedAt - dayMs),
    lastModifiedDateTime: isoTime(activatedAt),
    ...(!isPending && { activatedDateTime: isoTime(activatedAt), endDateTime: isoTime(endsAt) }),
  };
}

function relationshipStatus(leftMs: number): string {
  if (leftMs <= 0) return 'expired';
  return leftMs <= dayMs ? 'expiring' : 'active';
}
