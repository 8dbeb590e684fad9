import { maySeeCustomer } from '../shared/core/caller.ts';
import type { PortalSights } from '../shared/customers/ambiguous-refs.ts';
import { createCustomersOfReseller } from '../shared/customers/reseller-index.ts';
import type { CustomerStore } from '../shared/customers/customer-store.ts';
import { createTestPortal } from '../shared/notices/test-portal.ts';
import type { Config } from '../shared/platform/config.ts';
import { judgeUrl } from '../shared/platform/dial-guard.ts';
import type { ReadSecret, SecretVersions } from '../shared/platform/secret.ts';
import type { Services } from '../shared/platform/services.ts';
import { createPortalRegistry, type PortalRegistry } from '../shared/portals/portal-registry.ts';
import { createPortals } from '../shared/portals/portals.ts';
import { createPortalStore } from '../shared/portals/portal-store.ts';
import type { PortalRoutesDeps } from './portals.http.ts';

/** Who the portals are, for everybody who serves them. */
export const deskRegistry = ({ tables, clock }: Services): PortalRegistry =>
  createPortalRegistry({
    table: tables('portals'),
    clock,
    customersOfReseller: createCustomersOfReseller({ tables, clock }),
  });

/** What each portal sees, also one that is disabled: it may be enabled again. */
export const portalSightsOf =
  (registry: PortalRegistry): PortalSights =>
  async () =>
    Promise.all(
      (await registry.all()).map(async (portal) => {
        const caller = await registry.callerOf(portal);
        return { portalId: portal.id, maySee: (customerId) => maySeeCustomer(caller, customerId) };
      }),
    );

type Parts = {
  services: Services;
  config: Config;
  registry: PortalRegistry;
  customers: Pick<CustomerStore, 'getMany'>;
  readSecret: ReadSecret;
  versions: SecretVersions;
};

/** The portals as administrators manage them. */
export function deskPortals({ services, config, registry, customers, readSecret, versions }: Parts): PortalRoutesDeps {
  const { clock, ids, random, tables, guardedHttp } = services;
  const portals = createPortals({
    ...{ clock, ids, random, versions },
    store: createPortalStore(tables('portals')),
    scopeOf: registry.scopeOf,
    knownCustomers: async (customerIds) => new Set((await customers.getMany(customerIds)).keys()),
    urlFault: (url) => {
      const judged = judgeUrl(new URL(url), config.OUTBOUND_ALLOW);
      return judged.kind === 'refused' ? judged.reason : undefined;
    },
    tenants: config.DESK_API_TENANTS,
  });
  return { portals, testPortal: createTestPortal({ clock, ids, http: guardedHttp, readSecret }) };
}
