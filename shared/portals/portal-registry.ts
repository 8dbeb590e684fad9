import type { Caller, CustomerScope } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { createExpiringCache } from '../platform/expiring-cache.ts';
import { queryAll, type Table } from '../platform/table.ts';
import { hasApplication, inForce, portalCaller, portalRange, portalRow, type Portal } from './portal.ts';
import { createScopes, type CustomersOfReseller } from './portal-scope.ts';

/** Who the portals are, at most half a minute ago. Throws AppError `unavailable` where storage is away. */
export type PortalRegistry = {
  byId(id: string): Promise<Portal | undefined>;
  /** The portal whose application this is, disabled or not. */
  byApplication(tenantId: string, clientId: string): Promise<Portal | undefined>;
  /** As they are stored: a rotation may be past its end. */
  all(): Promise<readonly Portal[]>;
  /** Its customers, at most half a minute ago. Asked for once a token or signature held: it may cost a range read. */
  scopeOf: (portal: Portal) => Promise<CustomerScope>;
  callerOf(portal: Portal): Promise<Caller & { kind: 'portal' }>;
};

type RegistryDeps = {
  table: Table;
  clock: Clock;
  /** Without it a portal that has its customers by reseller has none. */
  customersOfReseller?: CustomersOfReseller;
};

const nobody: CustomersOfReseller = async () => Promise.resolve(new Set());

/** Reads all portals with one query of one partition, so that an unknown id costs no more than a known one: nothing. */
export function createPortalRegistry({ table, clock, customersOfReseller = nobody }: RegistryDeps): PortalRegistry {
  const cache = createExpiringCache<readonly Portal[]>(clock, 1);
  const scopeOf = createScopes(customersOfReseller);
  const stored = async () =>
    cache('all', async () => {
      const until = clock.now() + limits.cacheMs;
      return { value: (await queryAll(table, portalRange)).map((row) => portalRow.fromRow(row)), until };
    });
  const one = async (isIt: (portal: Portal) => boolean) => {
    const found = (await stored()).find(isIt);
    return found && inForce(found, clock.now());
  };
  return {
    all: stored,
    byId: async (id) => one((portal) => portal.id === id),
    byApplication: async (tenantId, clientId) => one(hasApplication(tenantId, clientId)),
    scopeOf,
    callerOf: async (portal) => portalCaller(portal, await scopeOf(portal)),
  };
}
