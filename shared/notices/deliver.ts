import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import type { Bus } from '../platform/bus.ts';
import type { Http } from '../platform/http.ts';
import { deleteWake, readWake, sendWakes, wakeOp, type WakeMessage } from '../platform/outbox.ts';
import { unpackText } from '../platform/packed.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import type { ReadSecret } from '../platform/secret.ts';
import { wins, type Row, type Table } from '../platform/table.ts';
import type { LogEvent, Scope } from '../platform/telemetry.ts';
import type { PortalRegistry } from '../portals/portal-registry.ts';
import {
  deliveryColumns,
  deliveryKey,
  deliveryNameSchema,
  deliveryRow,
  deliveryWake,
  type Delivery,
} from './delivery.ts';
import { afterTry, nextTryMs, type TryResult } from './delivery-rules.ts';
import { noticeEvents } from './events.ts';
import { sendSigned } from './send-signed.ts';

type DeliverDeps = {
  table: Table;
  bus: Bus;
  clock: Clock;
  random: Random;
  /** Calls URLs of others: guarded against addresses inside. */
  http: Http;
  registry: PortalRegistry;
  readSecret: ReadSecret;
};

/**
 * One try of one delivery. The result and the next wake are one transaction, so that a delivery is never lost; a worker that
 * dies, or two with one message, repeat the same id and body, which the portal tells apart by its `webhook-id`.
 */
export function createDeliver(deps: DeliverDeps): QueueHandler {
  return async (message, scope) => {
    if ((await readWake(deps.table, message)) === undefined) return;
    const name = deliveryNameSchema.parse(message.body);
    const row = await deps.table.get(message.pk, deliveryKey(name));
    const delivery = row && deliveryRow.fromRow(row);
    if (row === undefined || delivery?.state !== 'pending') {
      await deleteWake(deps.table, message);
      return;
    }
    const body = unpackText(row.columns);
    const result = await attempt(deps, delivery, body);
    const next = afterTry(delivery, result, { nowMs: deps.clock.now(), random: deps.random });
    await record(deps, { message, row, next, body }, scope);
  };
}

async function attempt(deps: DeliverDeps, { eventId, portalId }: Delivery, body: string): Promise<TryResult> {
  const portal = await deps.registry.byId(portalId);
  if (portal?.outbound === undefined) return { kind: 'skipped', trouble: 'the portal has no endpoint' };
  if (portal.disabled) return { kind: 'skipped', trouble: 'the portal is disabled' };
  return sendSigned(deps, portal.outbound, { id: eventId, body });
}

type Recorded = { message: WakeMessage; row: Row; next: Delivery; body: string };

async function record(deps: DeliverDeps, { message, row, next, body }: Recorded, scope: Scope): Promise<void> {
  const dueAt = nextTryMs(next);
  const wake = dueAt === undefined ? undefined : deliveryWake(next, dueAt);
  // Not where another worker with the same message was first.
  const isOurs = await wins(deps.table, message.pk, [
    { kind: 'replace', rk: row.rk, columns: deliveryColumns(next, body), etag: row.etag },
    { kind: 'delete', rk: message.rk },
    ...(wake ? [wakeOp(wake, scope)] : []),
  ]);
  const { eventId, portalId, tries, lastStatus, lastTrouble } = next;
  scope.log(isOurs ? eventOf(next) : noticeEvents.settledElsewhere, {
    eventId,
    portalId,
    tries,
    lastStatus,
    lastTrouble,
  });
  if (isOurs && wake) {
    await sendWakes(deps, { place: { table: 'deliveries', pk: message.pk }, wakes: [wake] }, scope);
  }
}

function eventOf({ state }: Delivery): LogEvent {
  switch (state) {
    case 'pending':
      return noticeEvents.tryFailed;
    case 'delivered':
      return noticeEvents.delivered;
    case 'given-up':
      return noticeEvents.givenUp;
    case 'gone':
      return noticeEvents.gone;
    case 'skipped':
      return noticeEvents.skipped;
  }
}
