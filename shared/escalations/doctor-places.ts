import type { DeskCloud } from '../customers/cloud.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import type { Customer } from '../customers/customer.ts';
import { isAlive } from '../customers/delegation-rules.ts';
import type { DoctorPlace } from './doctor-check.ts';

const customersLooked = 1_000;
const pageSize = 100;

type Deps = {
  cloud: Pick<DeskCloud, 'cloud' | 'connections'>;
  customers: Pick<CustomerStore, 'page'>;
  clock: { now(): number };
  mailboxOf: (connectionId: string) => string | undefined;
};

/** Per connection the first customers of the directory by whom each question can be asked; looks at a thousand at most. */
export function createDoctorPlaces({ cloud, customers, clock, mailboxOf }: Deps) {
  return async (): Promise<DoctorPlace[]> => {
    const nowMs = clock.now();
    const places = new Map<string, DoctorPlace>(
      cloud.connections.map(({ id, tenantId }) => [
        id,
        { connectionId: id, partnerTenantId: tenantId, cloud: cloud.cloud, caseMailbox: mailboxOf(id), nowMs },
      ]),
    );
    let from: string | undefined;
    for (let looked = 0; looked < customersLooked; looked += pageSize) {
      const page = await customers.page({ ...(from !== undefined && { from }), limit: pageSize });
      for (const customer of page.customers) {
        const place = places.get(customer.connectionId);
        if (place && customer.leftAt === undefined) places.set(place.connectionId, withCustomer(place, customer));
      }
      from = page.next;
      if (from === undefined || [...places.values()].every(isComplete)) break;
    }
    return [...places.values()];
  };
}

const isComplete = ({ appTenantId, delegatedTenantId, azure }: DoctorPlace): boolean =>
  appTenantId !== undefined && delegatedTenantId !== undefined && azure !== undefined;

function withCustomer(place: DoctorPlace, { tenantId, access, gdap, azureSubscriptionIds }: Customer): DoctorPlace {
  const [subscriptionId] = azureSubscriptionIds;
  const way = access.way === 'gdap' ? ('delegated' as const) : ('app' as const);
  return {
    ...place,
    ...(access.way === 'app' && { appTenantId: place.appTenantId ?? tenantId }),
    ...(gdap && isAlive(gdap, place.nowMs) && { delegatedTenantId: place.delegatedTenantId ?? tenantId }),
    ...(subscriptionId !== undefined && { azure: place.azure ?? { tenantId, subscriptionId, way } }),
  };
}
