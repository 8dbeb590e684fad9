import type { CustomerScope } from '../core/caller.ts';
import type { Portal } from './portal.ts';

/** Ids of the customers that are served through a reseller, at most half a minute old. Throws AppError `unavailable`. */
export type CustomersOfReseller = (resellerId: string) => Promise<ReadonlySet<string>>;

type Scopes = (portal: Pick<Portal, 'customers'>) => Promise<CustomerScope>;

/** Made once for each state of a portal and of its resellers: a call must not copy twenty thousand ids. */
export function createScopes(customersOf: CustomersOfReseller): Scopes {
  const listed = new WeakMap<readonly string[], ReadonlySet<string>>();
  const united = new WeakMap<object, Union>();

  return async ({ customers }) => {
    if (customers === 'all') return 'all';
    if (Array.isArray(customers)) {
      const ids = listed.get(customers) ?? new Set(customers);
      listed.set(customers, ids);
      return ids;
    }
    const sets = await Promise.all(customers.resellers.map(async (id) => customersOf(id)));
    const before = united.get(customers);
    const union = before?.sets.every((set, at) => set === sets[at]) ? before : { sets, ids: unionOf(sets) };
    united.set(customers, union);
    return union.ids;
  };
}

type Union = { sets: readonly ReadonlySet<string>[]; ids: ReadonlySet<string> };

const unionOf = (sets: readonly ReadonlySet<string>[]): ReadonlySet<string> =>
  sets.length === 1 && sets[0] ? sets[0] : new Set(sets.flatMap((set) => [...set]));
