import { encodeKey } from '../core/key.ts';
import { AppError } from '../core/errors.ts';
import { rowKind } from '../platform/row.ts';
import { firstRows, isRefusal, queryAll, type Table, type TableOp } from '../platform/table.ts';
import * as z from 'zod';
import { hasApplication, portalColumns, portalKey, portalPartition, portalRange, portalRow } from './portal.ts';
import type { Portal } from './portal.ts';

export type StoredPortal = { portal: Portal; etag: string };

/** The portals as they are now, for those who manage them; everybody else asks the registry. */
export type PortalStore = {
  get(id: string): Promise<StoredPortal | undefined>;
  /** In order of id, from after `after`. `next` is the last id shown where there are more. */
  page(query: { after: string | undefined; limit: number }): Promise<{ portals: Portal[]; next?: string }>;
  /** Throws `already-exists` where the id or the application is another portal's. */
  refuseTaken(portal: Pick<Portal, 'id' | 'application'>): Promise<void>;
  /** Throws as {@link refuseTaken} does, also where both came at once. */
  insert(portal: Portal): Promise<void>;
  /** Throws a TableRefusal where it changed since, and `already-exists` where the application is another portal's. */
  replace(before: StoredPortal, next: Portal): Promise<void>;
};

/** One row per application, so that two portals that take it at once cannot both have it. */
const applicationRow = rowKind(z.object({ portalId: z.string() }));
const applicationKey = ({ application }: Portal): string | undefined =>
  application && `~|${encodeKey(application.tenantId.toLowerCase())}|${encodeKey(application.clientId.toLowerCase())}`;

export function createPortalStore(table: Table): PortalStore {
  const claimOps = (portal: Portal, before?: Portal): TableOp[] => {
    const rk = applicationKey(portal);
    if (rk === undefined || (before && rk === applicationKey(before))) return [];
    return [{ kind: 'insert', rk, columns: applicationRow.toColumns({ portalId: portal.id }) }];
  };
  /** A portal that was seeded has no such row. */
  const releaseOps = async (portal: Portal, before: Portal): Promise<TableOp[]> => {
    const rk = applicationKey(before);
    if (rk === undefined || rk === applicationKey(portal)) return [];
    return (await table.get(portalPartition, rk)) ? [{ kind: 'delete', rk }] : [];
  };
  const refuseApplication = async ({ id, application }: Pick<Portal, 'id' | 'application'>): Promise<void> => {
    if (!application) return;
    const isIt = hasApplication(application.tenantId, application.clientId);
    const portals = (await queryAll(table, portalRange)).map((row) => portalRow.fromRow(row));
    if (portals.some((portal) => portal.id !== id && isIt(portal))) throw taken('application');
  };
  const get: PortalStore['get'] = async (id) => {
    const row = await table.get(portalPartition, portalKey(id));
    return row && { portal: portalRow.fromRow(row), etag: row.etag };
  };

  return {
    get,
    page: async ({ after, limit }) => {
      const from = after === undefined ? '' : `${portalKey(after)}!`;
      const rows = await firstRows(table, { ...portalRange, from }, limit + 1);
      const portals = rows.slice(0, limit).map((row) => portalRow.fromRow(row));
      const last = portals.at(-1);
      return { portals, ...(rows.length > limit && last && { next: last.id }) };
    },
    refuseTaken: async (portal) => {
      if (await get(portal.id)) throw taken('id');
      await refuseApplication(portal);
    },
    insert: async (portal) => {
      try {
        await table.transact(portalPartition, [
          { kind: 'insert', rk: portalKey(portal.id), columns: portalColumns(portal) },
          ...claimOps(portal),
        ]);
      } catch (error) {
        if (!isRefusal(error, 'exists')) throw error;
        throw taken((await get(portal.id)) ? 'id' : 'application');
      }
    },
    replace: async ({ portal: before, etag }, next) => {
      const claims = claimOps(next, before);
      if (claims.length > 0) await refuseApplication(next);
      try {
        await table.transact(portalPartition, [
          { kind: 'replace', rk: portalKey(next.id), columns: portalColumns(next), etag },
          ...claims,
          ...(await releaseOps(next, before)),
        ]);
      } catch (error) {
        if (isRefusal(error, 'exists')) throw taken('application');
        throw error;
      }
    },
  };
}

const taken = (what: 'id' | 'application'): AppError =>
  new AppError('already-exists', `There is a portal with this ${what}.`, {
    errors: [{ path: what, message: 'is taken' }],
  });
