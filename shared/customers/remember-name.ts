import { limits } from '../core/limits.ts';
import { ambiguousAmong, type PortalSights } from './ambiguous-refs.ts';
import type { CustomerStore } from './customer-store.ts';
import { refKey } from './pointers.ts';
import { customerNameSchema } from './resolve-customer.ts';

/**
 * Makes the name by which somebody called a customer one that it is found by from now on: a reference, or a domain. False where
 * the domain is another customer's already, where some portal could not tell by the reference which of its customers is meant,
 * where the customer has all the references it may have, or where the name is neither.
 */
export async function rememberName(
  deps: {
    store: Pick<CustomerStore, 'byRef' | 'byDomain' | 'pointRefs' | 'pointDomains' | 'get' | 'change'>;
    portalSights: PortalSights;
  },
  customerId: string,
  name: unknown,
): Promise<boolean> {
  const { store, portalSights } = deps;
  const { externalRef, domain } = customerNameSchema.safeParse(name).data ?? {};
  if (domain !== undefined) {
    const known = await store.byDomain(domain);
    if (known === undefined) await store.pointDomains(customerId, { add: [domain], remove: [] });
    return known === undefined || known === customerId;
  }
  if (externalRef === undefined) return false;
  const customer = await store.get(customerId);
  if (customer === undefined) return false;
  const customerIds = new Set([...(await store.byRef(externalRef)), customerId]);
  if ((await ambiguousAmong(portalSights, [{ ref: externalRef, customerIds }])).length > 0) return false;
  const has = (refs: typeof customer.externalRefs) => refs.some((ref) => refKey(ref) === refKey(externalRef));
  if (!has(customer.externalRefs) && customer.externalRefs.length >= limits.externalRefs) return false;
  await store.pointRefs(customerId, { add: [externalRef], remove: [] });
  await store.change([customerId], (now) =>
    has(now.externalRefs) ? undefined : { ...now, externalRefs: [...now.externalRefs, externalRef] },
  );
  return true;
}
