import type { Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { createExpiringCache } from '../platform/expiring-cache.ts';
import { queryAll, type Table } from '../platform/table.ts';
import { portalPartition, portalRow, type Portal } from './portal.ts';

/** Who the portals are, at most half a minute ago. Throws AppError `unavailable` where storage is away. */
export type PortalRegistry = {
  byId(id: string): Promise<Portal | undefined>;
  /** The portal whose application this is, disabled or not. */
  byApplication(tenantId: string, clientId: string): Promise<Portal | undefined>;
  all(): Promise<readonly Portal[]>;
};

/** Reads all portals with one query of one partition, so that an unknown id costs no more than a known one: nothing. */
export function createPortalRegistry({ table, clock }: { table: Table; clock: Clock }): PortalRegistry {
  const cache = createExpiringCache<readonly Portal[]>(clock, 1);
  const all = async () =>
    cache('all', async () => {
      const rows = await queryAll(table, { pk: portalPartition });
      return { value: rows.map((row) => portalRow.fromRow(row)), until: clock.now() + limits.cacheMs };
    });
  return {
    all,
    byId: async (id) => (await all()).find((portal) => portal.id === id),
    byApplication: async (tenantId, clientId) =>
      (await all()).find(
        ({ application }) =>
          application?.tenantId.toLowerCase() === tenantId.toLowerCase() &&
          application.clientId.toLowerCase() === clientId.toLowerCase(),
      ),
  };
}
