import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { notFound } from '../core/errors.ts';
import type { CustomerStore } from './customer-store.ts';
import { externalRefSchema, type Customer } from './customer.ts';
import { refKey } from './pointers.ts';

export const refsBodySchema = z.strictObject({ externalRefs: z.array(externalRefSchema).max(limits.externalRefs) });

/** Replaces the ids under which portals and PSA tools know a customer. Other customers keep theirs, also the same ones. */
export async function setRefs(
  store: CustomerStore,
  customerId: string,
  externalRefs: Customer['externalRefs'],
): Promise<Customer> {
  const known = await store.get(customerId);
  if (!known) throw notFound();
  const wanted = new Set(externalRefs.map(refKey));
  await store.pointRefs(customerId, {
    add: externalRefs,
    remove: known.externalRefs.filter((ref) => !wanted.has(refKey(ref))),
  });
  await store.change([customerId], (customer) => ({ ...customer, externalRefs }));
  return { ...known, externalRefs };
}
