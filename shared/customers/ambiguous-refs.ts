import * as z from 'zod';
import { externalRefSchema, type ExternalRef } from './customer.ts';
import type { CustomerStore } from './customer-store.ts';

/** Which customers a registered portal may see. */
export type PortalSight = { portalId: string; maySee: (customerId: string) => boolean };
export type PortalSights = () => Promise<readonly PortalSight[]>;

/** A reference of several customers of one portal: to that portal it names nobody. */
const ambiguousRefSchema = z
  .object({
    ...externalRefSchema.shape,
    customerIds: z.array(z.string()),
    /** Portals that may see more than one of them. */
    portalIds: z.array(z.string()),
  })
  .meta({ id: 'AmbiguousRef' });
export const ambiguousRefsSchema = z.array(ambiguousRefSchema);
export type AmbiguousRef = z.output<typeof ambiguousRefSchema>;

type Named = { ref: ExternalRef; customerIds: ReadonlySet<string> };

/** Those of the references that some portal could not use. Nobody is asked about a reference of one customer. */
export async function ambiguousAmong(portalSights: PortalSights, named: readonly Named[]): Promise<AmbiguousRef[]> {
  const shared = named.filter(({ customerIds }) => customerIds.size > 1);
  if (shared.length === 0) return [];
  const sights = await portalSights();
  return shared.flatMap(({ ref, customerIds: ids }) => {
    const customerIds = [...ids];
    const confused = sights.filter(({ maySee }) => customerIds.filter(maySee).length > 1);
    if (confused.length === 0) return [];
    return [{ ...ref, customerIds, portalIds: confused.map(({ portalId }) => portalId) }];
  });
}

/** Those of the references, as they are stored, that some portal cannot use. */
export async function ambiguousRefs(
  deps: { store: Pick<CustomerStore, 'byRef'>; portalSights: PortalSights },
  refs: readonly ExternalRef[],
): Promise<AmbiguousRef[]> {
  const named = refs.map(async (ref) => ({ ref, customerIds: new Set(await deps.store.byRef(ref)) }));
  return ambiguousAmong(deps.portalSights, await Promise.all(named));
}
