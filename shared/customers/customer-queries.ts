import * as z from 'zod';
import { maySeeCustomer, type Caller } from '../core/caller.ts';
import { fromIso, toIso } from '../core/clock.ts';
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
    /** Graph service ids (and `azure`) that its subscriptions give; absent where that cannot be said: then all count. */
    services: z.array(z.string()).optional(),
    /** Through whom an indirect provider serves it. */
    reseller: z
      .object({ tenantId: z.string().optional(), partnerId: z.string().optional(), name: z.string().optional() })
      .optional(),
    isGcc: z.boolean().optional(),
    /**
     * The delegated admin relationship that reaches furthest; its status is `none` where there is no relationship. `roles` are
     * template ids of Entra roles, absent where they are not known. Absent as a whole: the desk could not see any yet.
     */
    gdap: z
      .object({
        relationshipId: z.string().optional(),
        status: z.string(),
        endsAt: z.iso.datetime().optional(),
        roles: z.array(z.string()).optional(),
      })
      .optional(),
    excluded: z.boolean(),
    azureSubscriptionIds: z.array(z.string()),
    access: z.object({ way: z.enum(['app', 'gdap', 'none']) }),
    coverage: z.object({ excluded: z.literal(true).optional(), trouble: troubleViewSchema.optional() }),
    /** When Partner Center was asked last for domains, subscriptions and reseller, and what it would not say. */
    directory: z.object({
      readAt: z.iso.datetime(),
      trouble: z
        .object({ code: z.enum(['throttled', 'away', 'refused', 'unreadable']), since: z.iso.datetime() })
        .optional(),
    }),
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
  ...(customer.services && { services: customer.services }),
  ...(customer.reseller && { reseller: customer.reseller }),
  ...(customer.isGcc !== undefined && { isGcc: customer.isGcc }),
  ...(customer.gdap && { gdap: gdapView(customer.gdap) }),
  excluded: customer.isExcluded ?? false,
  azureSubscriptionIds: customer.azureSubscriptionIds,
  access: customer.access,
  coverage: {
    ...(customer.isExcluded && { excluded: true }),
    ...(customer.coverage.trouble && { trouble: troubleView(customer.coverage.trouble) }),
  },
  directory: { readAt: customer.detailsAt, ...(customer.detailsTrouble && { trouble: customer.detailsTrouble }) },
  openIncidentIds: openIncidents(customer).map(({ id }) => id),
  ...(customer.leftAt !== undefined && { leftAt: customer.leftAt }),
  externalRefs: customer.externalRefs,
});

const gdapView = ({ relationshipId, status, endsAt, roleIds }: NonNullable<Customer['gdap']>) => ({
  status,
  ...(relationshipId !== undefined && { relationshipId }),
  ...(endsAt !== undefined && { endsAt: toIso(fromIso(endsAt)) }),
  ...(roleIds && { roles: roleIds }),
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
