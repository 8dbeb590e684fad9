import * as z from 'zod';
import { maySee, type Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { hashOf } from '../core/hash.ts';
import type { Random } from '../core/ids.ts';
import { boundedKey, encodeKey } from '../core/key.ts';
import type { Bus } from '../platform/bus.ts';
import { contended } from '../platform/contended.ts';
import { sendWakes, wakeOp, type Wake } from '../platform/outbox.ts';
import { rowKind } from '../platform/row.ts';
import { writeOver, type Row, type Table, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { Named } from './hook-data.ts';
import type { Head } from './request-event.ts';
import { partitionOf } from './request-rows.ts';
import type { RequestStore } from './request-store.ts';

/**
 * Which request of a portal an external reference names, and what waits for it to name one: one row, so that whoever comes with
 * a change and whoever makes the request known cannot miss each other. All of a portal's share a partition.
 */
const namedRow = rowKind(
  z.object({
    requestId: z.string().optional(),
    /** When the request took the reference: the newest that did is meant. */
    saidAt: z.iso.datetime().optional(),
    /** Ids of the changes that wait, in order of arrival. */
    waiting: z.array(z.string()),
  }),
);
export type NamedRow = ReturnType<typeof namedRow.fromRow>;

export const refsPartition = (portalId: string): string => partitionOf(hashOf('refs', portalId));

/** No system has an empty name: so the ids of requests have a place of their own. */
export const namedKey = (portalId: string, { requestId, externalRef }: Named): string =>
  externalRef
    ? `R|${encodeKey(portalId)}|${boundedKey(externalRef.system)}|${boundedKey(externalRef.id)}`
    : `R|${encodeKey(portalId)}||${requestId ?? ''}`;

export const namedOp = (rk: string, next: NamedRow, before: Row | undefined): TableOp => {
  const columns = namedRow.toColumns(next);
  return writeOver(before, { rk, columns });
};

/** Brings what waits for a reference to its request, or, once it `expires`, to people. `why` tells it from others of the same time. */
export const waitingWake = (
  { portalId, pendingId, why }: { portalId: string; pendingId: string; why: string },
  dueAt: number,
): Wake => ({
  id: `${pendingId}.${why}`,
  queue: 'desk-events',
  dueAt,
  body: { kind: 'hook-waiting', portalId, pendingId, ...(why === 'expires' && { expires: true }) },
});

type IndexDeps = { table: Table; bus: Bus; clock: Clock; random: Random; store: Pick<RequestStore, 'readHead'> };

export function createExternalRefIndex(deps: IndexDeps) {
  const { table, clock, store } = deps;
  const read = async (portalId: string, rk: string): Promise<{ row: Row | undefined; named: NamedRow }> => {
    const row = await table.get(refsPartition(portalId), rk);
    return { row, named: row ? namedRow.fromRow(row) : { waiting: [] } };
  };

  /** A change that waits gets a wake with the row: it is brought on even if this instance dies here. */
  const takeRef = async (head: Head, { rk, saidAt }: { rk: string; saidAt: string }, scope: Scope) => {
    const { portalId, id: requestId } = head;
    const { row, named } = await read(portalId, rk);
    const { saidAt: before = '', waiting } = named;
    const isOwn = named.requestId === requestId;
    const isNewer = saidAt > before || (saidAt === before && requestId > (named.requestId ?? ''));
    if (!(isNewer || (isOwn && waiting.length > 0))) return;
    const wakes = waiting
      .slice(0, 1)
      .map((pendingId) => waitingWake({ portalId, pendingId, why: requestId }, clock.now()));
    const next = { requestId, saidAt: isNewer ? saidAt : before, waiting };
    const pk = refsPartition(portalId);
    await table.transact(pk, [namedOp(rk, next, row), ...wakes.map((wake) => wakeOp(wake, scope))]);
    await sendWakes(deps, { place: { table: 'requests', pk }, wakes }, scope);
  };

  return {
    read,

    /** Makes the references of a request known, as it says them now. Idempotent. */
    know: async (head: Head, saidAt: string, scope: Scope): Promise<void> => {
      for (const externalRef of head.externalRefs) {
        const rk = namedKey(head.portalId, { externalRef });
        await contended(deps, async () => takeRef(head, { rk, saidAt }, scope));
      }
    },

    /** The request that a portal names, where the caller may see it and it still says so; `known` is what the index says, if at hand. */
    find: async (caller: Caller, name: Named & { portalId: string }, known?: NamedRow): Promise<Head | undefined> => {
      const { externalRef, portalId } = name;
      const { requestId } = externalRef ? (known ?? (await read(portalId, namedKey(portalId, name))).named) : name;
      const head = requestId === undefined ? undefined : await store.readHead(requestId);
      if (head === undefined || !maySee(caller, head)) return undefined;
      return externalRef === undefined || says(head, externalRef) ? head : undefined;
    },
  };
}

export type ExternalRefIndex = ReturnType<typeof createExternalRefIndex>;

const says = ({ externalRefs }: Head, { system, id }: { system: string; id: string }): boolean =>
  externalRefs.some((ref) => ref.system === system && ref.id === id);
