import * as z from 'zod';
import { knownCaller } from '../shared/core/caller.ts';
import type { CloudName } from '../shared/customers/cloud.ts';
import { customerLinks, customerLinksSchema } from '../shared/customers/customer-links.ts';
import {
  customerPageSchema,
  customerView,
  customerViewSchema,
  listCustomers,
  visibleCustomer,
} from '../shared/customers/customer-queries.ts';
import type { CustomerStore } from '../shared/customers/customer-store.ts';
import type { PortalLinksStore } from '../shared/customers/portal-links.ts';
import { refsBodySchema, setRefs } from '../shared/customers/set-refs.ts';
import { conditional } from '../shared/platform/conditional.ts';
import { pagingQuery, route, type Route } from '../shared/platform/route.ts';

type CustomerRoutesDeps = { store: CustomerStore; cloud: CloudName; portalLinks: Pick<PortalLinksStore, 'of'> };

const params = z.object({ id: z.string().max(64) });
const access = { portals: true, role: 'Desk.Read' } as const;

const answers = (description: string, schema: z.ZodType): Route['answers'] => ({
  200: { description, schema, headers: { ETag: 'Changes with the content.' } },
  304: { description: 'Unchanged since the version named in If-None-Match.' },
});

export const customerRoutes = ({ store, cloud, portalLinks }: CustomerRoutesDeps): Route[] => [
  route({
    name: 'listCustomers',
    method: 'GET',
    path: 'api/customers',
    summary: 'The directory, in order of id, with delegated access and coverage',
    access,
    query: z.strictObject(pagingQuery),
    answers: answers('A page', customerPageSchema),
    errors: ['invalid-cursor'],
    handle: async ({ caller, headers, query }) =>
      conditional(headers, await listCustomers(store, knownCaller(caller), query)),
  }),
  route({
    name: 'readCustomer',
    method: 'GET',
    path: 'api/customers/{id}',
    summary: 'One customer, with the way the desk reads it and what stands in the way',
    access,
    params,
    answers: answers('The customer', customerViewSchema),
    handle: async ({ caller, headers, params: { id } }) =>
      conditional(headers, customerView(await visibleCustomer(store, knownCaller(caller), id))),
  }),
  route({
    name: 'setCustomerRefs',
    method: 'PUT',
    path: 'api/customers/{id}/refs',
    summary: 'Replaces the ids under which portals and PSA tools know a customer',
    access: { portals: false, role: 'Desk.Admin' },
    params,
    body: refsBodySchema,
    answers: { 200: { description: 'The customer', schema: customerViewSchema } },
    handle: async ({ params: { id }, body }) => ({
      status: 200,
      body: customerView(await setRefs(store, id, body.externalRefs)),
    }),
  }),
  route({
    name: 'listAdminLinks',
    method: 'GET',
    path: 'api/customers/{id}/admin-links',
    summary:
      'Management portals by service: which tenant each opens, the least role it needs, and what the cloud lacks',
    access,
    params,
    query: z.strictObject({ service: z.string().max(64).optional(), incidentId: z.string().max(100).optional() }),
    answers: { 200: { description: 'The links', schema: customerLinksSchema } },
    handle: async ({ caller, params: { id }, query: wanted }) => {
      const customer = await visibleCustomer(store, knownCaller(caller), id);
      const { customerId, tenantId } = customer;
      const links = await portalLinks.of(customerId);
      return { status: 200, body: { customerId, tenantId, ...customerLinks({ cloud, customer, wanted, links }) } };
    },
  }),
];
