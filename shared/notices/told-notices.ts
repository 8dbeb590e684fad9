import pLimit from 'p-limit';
import type { Table } from '../platform/table.ts';
import { deliveryKey, deliveryPartition, deliveryRow } from './delivery.ts';

const readsAtOnce = 16;

/** Of these events, the notices that were sent to the portal at least once, whether or not it said that it took them. */
export function createToldNotices({ table }: { table: Table }) {
  return async (portalId: string, eventIds: readonly string[]) => {
    const limit = pLimit(readsAtOnce);
    const rows = await Promise.all(
      eventIds.map((eventId) =>
        limit(async () => table.get(deliveryPartition(eventId), deliveryKey({ eventId, portalId }))),
      ),
    );
    return rows.flatMap((row) => {
      const { eventId: id, type, state, lastTryAt: at } = row ? deliveryRow.fromRow(row) : none;
      return at === undefined ? [] : [{ id, type, state, at }];
    });
  };
}

const none = { eventId: '', type: '', state: 'pending', lastTryAt: undefined } as const;
