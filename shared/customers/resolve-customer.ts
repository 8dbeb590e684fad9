import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { createExpiringCache } from '../platform/expiring-cache.ts';
import type { CloudName } from './cloud.ts';
import { refKey, type CustomerStore } from './customer-store.ts';
import { customerIdOf, externalRefSchema, type Customer } from './customer.ts';

/** How a body names a customer: in exactly one way. */
export const customerNameSchema = z
  .strictObject({
    customerId: z.string().max(64).optional(),
    tenantId: z.guid().optional(),
    domain: z.string().min(1).max(253).optional(),
    externalRef: externalRefSchema.optional(),
  })
  .refine((name) => Object.keys(name).length === 1, {
    message: 'give exactly one of customerId, tenantId, domain, externalRef',
  })
  .meta({ id: 'CustomerName' });
export type CustomerName = z.output<typeof customerNameSchema>;

/**
 * The customer's row, fresh, or undefined where nobody is known by that name. `mayUse` is asked as soon as the id is known: a
 * foreign customer's row is not read.
 */
type ResolveCustomer = (name: CustomerName, mayUse?: (customerId: string) => boolean) => Promise<Customer | undefined>;

const rememberedNames = 10_000;

type Found = { customerId: string | undefined; isRemembered: boolean };

/**
 * Finds a customer by any of its names. By id and by tenant this is one point read; domains and references are looked up once
 * and remembered for as long as any cache of the desk, so that a warm look-up is one point read too. Who may not use a name is
 * not to learn, by the time that takes, that others have: it costs one read, as a name that nobody has.
 */
export function createResolveCustomer(deps: {
  store: Pick<CustomerStore, 'get' | 'byDomain' | 'byRef'>;
  cloud: CloudName;
  clock: Pick<Clock, 'now'>;
}): ResolveCustomer {
  const remembered = createExpiringCache<string | undefined>(deps.clock, rememberedNames);
  const read = async ({ domain, externalRef }: CustomerName): Promise<string | undefined> => {
    if (domain !== undefined) return deps.store.byDomain(domain);
    return externalRef && deps.store.byRef(externalRef);
  };
  const lookUp = async (name: CustomerName): Promise<Found> => {
    const { domain, externalRef } = name;
    const key = externalRef ? `ref|${refKey(externalRef)}` : `domain|${(domain ?? '').toLowerCase()}`;
    let isRemembered = true;
    const customerId = await remembered(key, async () => {
      isRemembered = false;
      const value = await read(name);
      // Who is not known yet may be in a moment: only what was found is remembered.
      return { value, until: value === undefined ? 0 : deps.clock.now() + limits.cacheMs };
    });
    return { customerId, isRemembered };
  };
  const find = async (name: CustomerName): Promise<Found> => {
    const { customerId, tenantId } = name;
    if (customerId !== undefined) return { customerId, isRemembered: false };
    return tenantId === undefined
      ? lookUp(name)
      : { customerId: customerIdOf(deps.cloud, tenantId), isRemembered: false };
  };
  return async (name, mayUse = () => true) => {
    const { customerId, isRemembered } = await find(name);
    if (customerId !== undefined && mayUse(customerId)) return deps.store.get(customerId);
    if (isRemembered) await read(name);
    return undefined;
  };
}
