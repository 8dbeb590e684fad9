import * as z from 'zod';
import { maySeeCustomer, type Caller } from '../core/caller.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { troubleView, troubleViewSchema } from './coverage.ts';
import type { CustomerStore } from './customer-store.ts';
import { externalRefSchema, openIncidents, type Customer } from './customer.ts';

export const customerViewSchema = z
  .object({
    customerId: z.string(),
    connectionId: z.string(),
    tenantId: z.string(),
    name: z.string(),
    initialDomain: z.string(),
    domains: z.array(z.string()),
    relationship: z.string(),
    azureSubscriptionIds: z.array(z.string()),
    access: z.object({ way: z.enum(['app', 'gdap', 'none']) }),
    coverage: z.object({ trouble: troubleViewSchema.optional() }),
    openIncidentIds: z.array(z.string()),
    leftAt: z.iso.datetime().optional(),
    externalRefs: z.array(externalRefSchema),
  })
  .meta({ id: 'Customer' });
export type CustomerView = z.output<typeof customerViewSchema>;

export const customerPageSchema = z
  .object({ items: z.array(customerViewSchema), nextCursor: z.string().optional() })
  .meta({ id: 'CustomerPage' });

export const customerView = (customer: Customer): CustomerView => ({
  customerId: customer.customerId,
  connectionId: customer.connectionId,
  tenantId: customer.tenantId,
  name: customer.name,
  initialDomain: customer.initialDomain,
  domains: customer.domains,
  relationship: customer.relationship,
  azureSubscriptionIds: customer.azureSubscriptionIds,
  access: customer.access,
  coverage: customer.coverage.trouble ? { trouble: troubleView(customer.coverage.trouble) } : {},
  openIncidentIds: openIncidents(customer).map(({ id }) => id),
  ...(customer.leftAt !== undefined && { leftAt: customer.leftAt }),
  externalRefs: customer.externalRefs,
});

/** The customer, or the same 404 for one that does not exist and one that is not the caller's. */
export async function visibleCustomer(
  store: Pick<CustomerStore, 'get'>,
  caller: Caller,
  id: string,
): Promise<Customer> {
  const customer = maySeeCustomer(caller, id) ? await store.get(id) : undefined;
  if (!customer) throw notFound();
  return customer;
}

export type Paging = { limit?: number | undefined; cursor?: string | undefined };

/** A page of the directory in order of id: everyone's for people, a portal's own for a portal. */
export async function listCustomers(
  store: Pick<CustomerStore, 'page' | 'getMany'>,
  caller: Caller,
  { limit = limits.pageSizeDefault, cursor }: Paging,
): Promise<z.output<typeof customerPageSchema>> {
  const after = cursor === undefined ? undefined : decodeCursor({ list: 'customers' }, cursor);
  const own = caller.kind === 'portal' ? caller.customers : 'all';
  const { customers, next } =
    own === 'all' ? await store.page({ after, limit }) : await ownPage(store, own, { after, limit });
  return {
    items: customers.map(customerView),
    ...(next !== undefined && { nextCursor: encodeCursor({ list: 'customers' }, next) }),
  };
}

async function ownPage(
  store: Pick<CustomerStore, 'getMany'>,
  own: ReadonlySet<string>,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<{ customers: Customer[]; next?: string }> {
  const ids = [...own].sort().filter((id) => after === undefined || id > after);
  const shown = ids.slice(0, limit);
  const found = await store.getMany(shown);
  const last = shown.at(-1);
  return {
    customers: shown.flatMap((id) => found.get(id) ?? []),
    ...(ids.length > limit && last !== undefined && { next: last }),
  };
}
