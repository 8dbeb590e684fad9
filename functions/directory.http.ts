import * as z from 'zod';
import type { AzureFeed } from '../shared/customers/azure-feed.ts';
import { customerView, customerViewSchema } from '../shared/customers/customer-queries.ts';
import type { CustomerStore } from '../shared/customers/customer-store.ts';
import {
  directoryDefaultsSchema,
  readDirectoryDefaults,
  writeDirectoryDefaults,
} from '../shared/customers/directory-defaults.ts';
import type { HealthShards } from '../shared/customers/health-shards.ts';
import { customerPatchSchema, setExcluded } from '../shared/customers/set-excluded.ts';
import { route, type Route } from '../shared/platform/route.ts';
import type { Tables } from '../shared/platform/table.ts';

type DirectoryRoutesDeps = {
  tables: Tables<'customers'>;
  store: CustomerStore;
  shards: HealthShards;
  azureFeed: AzureFeed;
};

const params = z.object({ id: z.string().max(64) });
const access = { portals: false, role: 'Desk.Admin' } as const;

/** Whom the partner wants polled. */
export const directoryRoutes = ({ tables, store, shards, azureFeed }: DirectoryRoutesDeps): Route[] => [
  route({
    name: 'changeCustomer',
    method: 'PATCH',
    path: 'api/customers/{id}',
    summary: 'Takes a customer out of polling (it is listed and may send requests), or back in; the last word counts',
    access,
    params,
    body: customerPatchSchema,
    answers: { 200: { description: 'The customer', schema: customerViewSchema } },
    handle: async ({ params: { id }, body }) => ({
      status: 200,
      body: customerView(await setExcluded({ store, shards, azureFeed }, id, body.excluded)),
    }),
  }),
  route({
    name: 'readDirectoryDefaults',
    method: 'GET',
    path: 'api/directory-defaults',
    summary: 'Whether customers that the directory finds are polled at once',
    access,
    answers: { 200: { description: 'The defaults', schema: directoryDefaultsSchema } },
    handle: async () => ({ status: 200, body: await readDirectoryDefaults({ tables }) }),
  }),
  route({
    name: 'setDirectoryDefaults',
    method: 'PUT',
    path: 'api/directory-defaults',
    summary: 'Decides about customers that the directory will find; those that are there stay as they are',
    access,
    body: directoryDefaultsSchema,
    answers: { 200: { description: 'The defaults', schema: directoryDefaultsSchema } },
    handle: async ({ body }) => {
      await writeDirectoryDefaults({ tables }, body);
      return { status: 200, body };
    },
  }),
];
