import * as z from 'zod';
import { rowKind } from '../platform/row.ts';
import type { Tables } from '../platform/table.ts';

/** What the directory does with customers that nobody has decided about yet. */
export const directoryDefaultsSchema = z
  .strictObject({ newCustomers: z.enum(['included', 'excluded']) })
  .meta({ id: 'DirectoryDefaults' });
export type DirectoryDefaults = z.output<typeof directoryDefaultsSchema>;

const defaultsRow = rowKind(z.object({ newCustomers: z.enum(['included', 'excluded']) }));
const place = { pk: 'directory-defaults', rk: 'D' } as const;

type Deps = { tables: Tables<'customers'> };

/** Customers are polled unless somebody says otherwise. */
export async function readDirectoryDefaults({ tables }: Deps): Promise<DirectoryDefaults> {
  const row = await tables('customers').get(place.pk, place.rk);
  return row ? defaultsRow.fromRow(row) : { newCustomers: 'included' };
}

/** The last word counts. Customers that are there already stay as they are. */
export async function writeDirectoryDefaults({ tables }: Deps, defaults: DirectoryDefaults): Promise<void> {
  const columns = defaultsRow.toColumns(defaults);
  await tables('customers').transact(place.pk, [{ kind: 'upsert', rk: place.rk, columns }]);
}
