import { limits } from '../core/limits.ts';
import { refKey, type CustomerStore } from './customer-store.ts';
import { customerNameSchema } from './resolve-customer.ts';

/**
 * Makes the name by which somebody called a customer one that it is found by from now on: a reference, or a domain. False where
 * it names another customer already, who keeps it, where the customer has all the references it may have, or where it is neither.
 */
export async function rememberName(
  store: Pick<CustomerStore, 'byRef' | 'byDomain' | 'pointRefs' | 'pointDomains' | 'get' | 'change'>,
  customerId: string,
  name: unknown,
): Promise<boolean> {
  const { externalRef, domain } = customerNameSchema.safeParse(name).data ?? {};
  if (domain !== undefined) {
    const known = await store.byDomain(domain);
    if (known === undefined) await store.pointDomains(customerId, { add: [domain], remove: [] });
    return known === undefined || known === customerId;
  }
  if (externalRef === undefined) return false;
  const known = await store.byRef(externalRef);
  const customer = await store.get(customerId);
  const isFree = known === undefined || known === customerId;
  if (customer === undefined || !isFree) return false;
  const has = (refs: typeof customer.externalRefs) => refs.some((ref) => refKey(ref) === refKey(externalRef));
  if (!has(customer.externalRefs) && customer.externalRefs.length >= limits.externalRefs) return false;
  await store.pointRefs(customerId, { add: [externalRef], remove: [] });
  await store.change([customerId], (now) =>
    has(now.externalRefs) ? undefined : { ...now, externalRefs: [...now.externalRefs, externalRef] },
  );
  return true;
}
