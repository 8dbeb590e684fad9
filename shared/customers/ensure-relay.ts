import { fromIso, type Clock } from '../core/clock.ts';
import type { Row, Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { isHeld, type Leg, type Relay } from './relay.ts';

type Ensuring<T extends object> = {
  table: Table;
  relay: Relay<T>;
  clock: Pick<Clock, 'now'>;
  legOf: (row: Row) => Leg;
  /** One that is later than this lost its wake, or the bus is far behind: it gets a new one, and the old one becomes a no-op. */
  overdueMs: number;
};

/**
 * Starts a relay where it is missing, and hands it on where it is overdue. Reads its head alone, and returns it as it was; says
 * how late it is in milliseconds.
 */
export async function ensureRelay<T extends object>(
  { table, relay, clock, legOf, overdueMs }: Ensuring<T>,
  { pk, first }: { pk: string; first: T },
  scope: Scope,
): Promise<{ late: number; started: boolean; row: Row | undefined }> {
  const row = await table.get(pk, 'H');
  if (!row) return { late: 0, started: await relay.begin(pk, first, scope), row };
  const now = clock.now();
  const late = Math.max(0, now - fromIso(legOf(row).dueAt));
  if (late <= overdueMs) return { late, started: false, row };
  const baton = await relay.read(pk);
  // Another timer, or the relay itself, may have been quicker since.
  if (!isHeld(baton) || baton.head.etag !== row.etag) return { late, started: false, row };
  return { late, started: await relay.pass(baton, { head: baton.head.value, dueAt: now }, scope), row };
}
