import { knownCaller } from '../shared/core/caller.ts';
import { ambiguousRefs, type PortalSights } from '../shared/customers/ambiguous-refs.ts';
import type { CloudName } from '../shared/customers/cloud.ts';
import { customerLinks } from '../shared/customers/customer-links.ts';
import { customerView, listCustomers, visibleCustomer } from '../shared/customers/customer-queries.ts';
import type { CustomerStore } from '../shared/customers/customer-store.ts';
import type { PortalLinksStore } from '../shared/customers/portal-links.ts';
import * as contracts from '../shared/customers/route-contracts.ts';
import { importRefs } from '../shared/customers/import-refs.ts';
import { setRefs } from '../shared/customers/set-refs.ts';
import { conditional } from '../shared/platform/conditional.ts';
import { route, type Route } from '../shared/platform/route.ts';

type CustomerRoutesDeps = {
  store: CustomerStore;
  cloud: CloudName;
  portalLinks: Pick<PortalLinksStore, 'of'>;
  portalSights: PortalSights;
};

export const customerRoutes = ({ store, cloud, portalLinks, portalSights }: CustomerRoutesDeps): Route[] => [
  route({
    ...contracts.listCustomers,
    handle: async ({ caller, headers, query }) =>
      conditional(headers, await listCustomers(store, knownCaller(caller), query)),
  }),
  route({
    ...contracts.readCustomer,
    handle: async ({ caller, headers, params: { id } }) =>
      conditional(headers, customerView(await visibleCustomer(store, knownCaller(caller), id))),
  }),
  route({
    ...contracts.setCustomerRefs,
    handle: async ({ params: { id }, body: { externalRefs } }) => {
      const customer = customerView(await setRefs(store, id, externalRefs));
      return {
        status: 200,
        body: { ...customer, ambiguous: await ambiguousRefs({ store, portalSights }, externalRefs) },
      };
    },
  }),
  route({
    ...contracts.importCustomerRefs,
    handle: async ({ raw, query: { dryRun } }) => ({
      status: 200,
      body: await importRefs({ store, cloud, portalSights, csv: raw, dryRun: dryRun === 'true' }),
    }),
  }),
  route({
    ...contracts.listAdminLinks,
    handle: async ({ caller, params: { id }, query: wanted }) => {
      const customer = await visibleCustomer(store, knownCaller(caller), id);
      const { customerId, tenantId } = customer;
      const links = await portalLinks.of(customerId);
      return { status: 200, body: { customerId, tenantId, ...customerLinks({ cloud, customer, wanted, links }) } };
    },
  }),
];
