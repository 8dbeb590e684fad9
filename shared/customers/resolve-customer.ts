import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { createExpiringCache } from '../platform/expiring-cache.ts';
import type { CloudName } from './cloud.ts';
import type { CustomerStore } from './customer-store.ts';
import { customerIdOf, externalRefSchema, type Customer } from './customer.ts';
import { refKey } from './pointers.ts';

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

type MayUse = (customerId: string) => boolean;

/**
 * The customer's row, fresh, or undefined where nobody is known by that name. `mayUse` is asked as soon as the id is known: a
 * foreign customer's row is not read. A reference that several customers have means the one among them that may be used; where
 * more than one may, it means nobody.
 */
type ResolveCustomer = (name: CustomerName, mayUse?: MayUse) => Promise<Customer | undefined>;

const rememberedNames = 10_000;

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
  const remembered = createExpiringCache<readonly string[]>(deps.clock, rememberedNames);
  /**
   * Of those that a name means, whom the caller may use. Another caller's look-up may be older than what names this one's
   * customer; and a name that only others use must cost what one that nobody has costs.
   */
  const usableOf = async (key: string, read: () => Promise<readonly string[]>, mayUse: MayUse): Promise<string[]> => {
    const look = { isFresh: false };
    const known = await remembered(key, async () => {
      look.isFresh = true;
      const value = await read();
      // Who is not known yet may be in a moment: only what was found is remembered.
      return { value, until: value.length === 0 ? 0 : deps.clock.now() + limits.cacheMs };
    });
    const usable = known.filter(mayUse);
    return usable.length === 0 && !look.isFresh ? (await read()).filter(mayUse) : usable;
  };
  const idsOf = async (
    { customerId, tenantId, domain, externalRef }: CustomerName,
    mayUse: MayUse,
  ): Promise<readonly string[]> => {
    if (customerId !== undefined) return [customerId].filter(mayUse);
    if (tenantId !== undefined) return [customerIdOf(deps.cloud, tenantId)].filter(mayUse);
    if (externalRef !== undefined) {
      return usableOf(`ref|${refKey(externalRef)}`, async () => deps.store.byRef(externalRef), mayUse);
    }
    if (domain === undefined) return [];
    const read = async () => [await deps.store.byDomain(domain)].filter((id) => id !== undefined);
    return usableOf(`domain|${domain.toLowerCase()}`, read, mayUse);
  };
  return async (name, mayUse = () => true) => {
    const [customerId, another] = await idsOf(name, mayUse);
    return customerId !== undefined && another === undefined ? deps.store.get(customerId) : undefined;
  };
}
