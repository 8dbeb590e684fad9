import { toIso } from '../core/clock.ts';
import { weekMs, type CustomerDetails } from './customer-details.ts';
import type { Customer } from './customer.ts';
import type { ListedCustomer } from './customers-source.ts';

/** What the directory writes of a customer's row; of it, what costs calls of its own only where that was read. */
export type DirectoryPart = Pick<Customer, 'name' | 'initialDomain' | 'relationship' | 'connectionId' | 'domains'> &
  Partial<
    Pick<
      Customer,
      | 'azureSubscriptionIds'
      | 'services'
      | 'reseller'
      | 'isGcc'
      | 'gdap'
      | 'detailsAt'
      | 'detailsTrouble'
      | 'healthShard'
    >
  >;

type Known = ListedCustomer & { connectionId: string; known: Customer | undefined };

/** What the directory says of a customer; without new details, what it said before. `now` is when they were read. */
export function directoryPart(one: Known, details: CustomerDetails | undefined, now: number): DirectoryPart {
  const { connectionId, name, initialDomain, relationship, known } = one;
  const seen = details?.domains ?? known?.domains ?? [];
  const isMoved = known !== undefined && known.connectionId !== connectionId;
  return {
    connectionId,
    name,
    initialDomain,
    relationship,
    domains: [...new Set([initialDomain, ...seen])],
    // Whoever comes from another connection leaves that one's reseller and relationship behind.
    ...(isMoved && { reseller: undefined, gdap: undefined }),
    ...(details && {
      detailsAt: toIso(details.isAgain ? now - weekMs : now),
      detailsTrouble: troubleOf(known, details, now),
      ...readPart(details),
    }),
  };
}

/** What was read; what was not stays as it is. */
const readPart = ({ azureSubscriptionIds, services, reseller, isGcc }: CustomerDetails): Partial<DirectoryPart> => ({
  ...(azureSubscriptionIds && { azureSubscriptionIds }),
  ...(services !== undefined && { services: services ?? undefined }),
  ...(reseller && { reseller }),
  ...(isGcc !== undefined && { isGcc }),
});

function troubleOf(known: Customer | undefined, { trouble }: CustomerDetails, now: number): Customer['detailsTrouble'] {
  if (trouble === undefined) return undefined;
  const before = known?.detailsTrouble;
  return before?.code === trouble ? before : { code: trouble, since: toIso(now) };
}
