import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { notFound } from '../core/errors.ts';
import { refKey, type CustomerStore } from './customer-store.ts';
import { externalRefSchema, type Customer } from './customer.ts';

export const refsBodySchema = z.strictObject({ externalRefs: z.array(externalRefSchema).max(limits.externalRefs) });

/**
 * Replaces the ids under which portals and PSA tools know a customer. A reference that named another customer names this one now.
 * Whoever loses one is changed before the pointers, which alone say who that is, and the customer itself after them: so a second call
 * after a crash finds what is left to do.
 */
export async function setRefs(
  store: CustomerStore,
  customerId: string,
  externalRefs: Customer['externalRefs'],
): Promise<Customer> {
  const known = await store.get(customerId);
  if (!known) throw notFound();
  const wanted = new Set(externalRefs.map(refKey));
  const before = await Promise.all(externalRefs.map(async (ref) => store.byRef(ref)));
  const losers = before.filter((id) => id !== undefined && id !== customerId).map(String);
  await store.change(losers, (customer) => {
    const kept = customer.externalRefs.filter((ref) => !wanted.has(refKey(ref)));
    return kept.length === customer.externalRefs.length ? undefined : { ...customer, externalRefs: kept };
  });
  await store.pointRefs(customerId, {
    add: externalRefs,
    remove: known.externalRefs.filter((ref) => !wanted.has(refKey(ref))),
  });
  await store.change([customerId], (customer) => ({ ...customer, externalRefs }));
  return { ...known, externalRefs };
}
