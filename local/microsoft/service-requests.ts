import type { Cloud } from './cloud.ts';
import { callerOfPartnerCenter, customerOf, partnerRefusal, withTracing } from './partner-center-access.ts';
import { isoTime, jsonObject } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { partner } from './seed-world.ts';
import { severityNames, statusNames } from './service-request-state.ts';
import type { ServiceRequest } from './service-request-state.ts';
import type { Throttle } from './throttle.ts';

const never = '0001-01-01T00:00:00';

/** Service requests that exist already: list, read, PATCH. User tokens only; there is no way to create one. */
export function serviceRequestRoutes(cloud: Cloud, throttle: Throttle): Route[] {
  const guarded = (handle: (request: ApiRequest) => Reply | Promise<Reply>) => async (request: ApiRequest) => {
    await callerOfPartnerCenter(cloud, request, { isUserNeeded: true, throttle });
    return withTracing(request, await handle(request));
  };
  return [
    {
      name: 'partnercenter.servicerequests.get',
      path: '/v1/customers/:customer/servicerequests',
      handle: guarded((request) => {
        const { tenantId } = customerOf(request);
        const all = [...cloud.state.serviceRequests.values()];
        const items = all.filter((one) => one.customerTenantId === tenantId).map(listItem);
        return { status: 200, body: { totalCount: items.length, items, attributes: { objectType: 'Collection' } } };
      }),
    },
    {
      name: 'partnercenter.servicerequests.get',
      path: '/v1/servicerequests/:id',
      handle: guarded((request) => ({ status: 200, body: details(found(cloud, request)) })),
    },
    {
      name: 'partnercenter.servicerequests.patch',
      path: '/v1/servicerequests/:id',
      handle: guarded((request) => patch(cloud, request)),
    },
  ];
}

function found(cloud: Cloud, request: ApiRequest): ServiceRequest {
  const serviceRequest = cloud.state.serviceRequests.get(request.param('id'));
  if (serviceRequest) return serviceRequest;
  throw partnerRefusal({ status: 404, code: '1000', description: 'Not found' });
}

const withoutZone = (ms: number) => isoTime(ms).replace('Z', '');

/** The documented list answers enums as numbers, and times without a zone. */
function listItem(one: ServiceRequest) {
  return {
    title: one.title,
    severity: severityNames.indexOf(one.severity),
    id: one.id,
    status: statusNames.indexOf(one.status),
    primaryContact: { lastName: 'Integration', firstName: 'Partner' },
    createdDate: withoutZone(one.createdAt),
    lastModifiedDate: withoutZone(one.modifiedAt),
    lastClosedDate: one.closedAt === undefined ? never : withoutZone(one.closedAt),
    attributes: { objectType: 'ServiceRequest' },
  };
}

function details(one: ServiceRequest) {
  return {
    title: one.title,
    description: one.description,
    severity: one.severity,
    supportTopicId: '32555001',
    supportTopicName: 'Partner Center questions',
    id: one.id,
    status: one.status,
    organization: { id: partner.tenantId, name: partner.name },
    productId: '15960',
    createdDate: isoTime(one.createdAt),
    lastModifiedDate: isoTime(one.modifiedAt),
    lastClosedDate: one.closedAt === undefined ? never : isoTime(one.closedAt),
    notes: one.notes.map(({ createdByName, at, text }) => ({ createdByName, createdDate: withoutZone(at), text })),
    attributes: { objectType: 'ServiceRequest' },
  };
}

/** Requests are written in PascalCase and read in camelCase: names are taken without regard to case. */
function fieldOf(body: Record<string, unknown> | undefined, name: string): unknown {
  return Object.entries(body ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}

async function patch(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  const { id } = found(cloud, request);
  const body = jsonObject(request.body);
  if (body === undefined) throw partnerRefusal({ status: 400, code: '3000', description: 'Invalid property' });
  const title = fieldOf(body, 'title');
  const note = fieldOf(body, 'newnote');
  const text = typeof note === 'object' && note !== null ? fieldOf(note as Record<string, unknown>, 'text') : undefined;
  await cloud.commit({
    at: cloud.now(),
    type: 'service-request-patched',
    id,
    title: typeof title === 'string' ? title : undefined,
    severity: enumOf(severityNames, fieldOf(body, 'severity')),
    status: enumOf(statusNames, fieldOf(body, 'status')),
    note: typeof text === 'string' ? text : undefined,
  });
  return { status: 200, body: details(found(cloud, request)) };
}

/** The first word of each enum (`unknown`, `none`) and null mean "leave as it is". */
function enumOf<Name extends string>(names: readonly Name[], value: unknown): Name | undefined {
  if (value === null || value === undefined) return undefined;
  const name = typeof value === 'string' ? names.find((one) => one === value.toLowerCase()) : undefined;
  if (name === undefined) {
    throw partnerRefusal({ status: 400, code: '900126', description: 'The enum text is not understood.' });
  }
  return name === names[0] ? undefined : name;
}
