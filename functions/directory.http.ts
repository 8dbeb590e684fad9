import type { AzureFeed } from '../shared/customers/azure-feed.ts';
import { customerView } from '../shared/customers/customer-queries.ts';
import type { CustomerStore } from '../shared/customers/customer-store.ts';
import { readDirectoryDefaults, writeDirectoryDefaults } from '../shared/customers/directory-defaults.ts';
import type { HealthShards } from '../shared/customers/health-shards.ts';
import * as contracts from '../shared/customers/route-contracts.ts';
import { setExcluded } from '../shared/customers/set-excluded.ts';
import { route, type Route } from '../shared/platform/route.ts';
import type { Tables } from '../shared/platform/table.ts';

type DirectoryRoutesDeps = {
  tables: Tables<'customers'>;
  store: CustomerStore;
  shards: HealthShards;
  azureFeed: AzureFeed;
};

/** Whom the partner wants polled. */
export const directoryRoutes = ({ tables, store, shards, azureFeed }: DirectoryRoutesDeps): Route[] => [
  route({
    ...contracts.changeCustomer,
    handle: async ({ params: { id }, body }) => ({
      status: 200,
      body: customerView(await setExcluded({ store, shards, azureFeed }, id, body.excluded)),
    }),
  }),
  route({
    ...contracts.readDirectoryDefaults,
    handle: async () => ({ status: 200, body: await readDirectoryDefaults({ tables }) }),
  }),
  route({
    ...contracts.setDirectoryDefaults,
    handle: async ({ body }) => {
      await writeDirectoryDefaults({ tables }, body);
      return { status: 200, body };
    },
  }),
];
