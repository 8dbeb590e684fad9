import type { CustomerScope } from '../core/caller.ts';
import { toIso, type Clock } from '../core/clock.ts';
import type { Bus } from '../platform/bus.ts';
import { sendWakes, wakeOp, type Wake } from '../platform/outbox.ts';
import { isRefusal, type Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { NoticeType } from '../portals/notice-types.ts';
import type { Portal } from '../portals/portal.ts';
import type { PortalRegistry } from '../portals/portal-registry.ts';
import { isWebhookId } from '../portals/standard-webhooks.ts';
import { deliveryColumns, deliveryKey, deliveryPartition, deliveryWake, type Delivery } from './delivery.ts';

/** Something that portals are told. */
export type Notice = {
  /** The same at every call for the same event; it becomes the `webhook-id`. */
  eventId: string;
  type: NoticeType;
  /** When it happened, ISO 8601. */
  at: string;
  /** What this portal is told; undefined where it is not to be told. */
  data(portal: { id: string; customers: CustomerScope }): Record<string, unknown> | undefined;
  portalIds: readonly string[];
  /** Of an incident: what portals may choose by. */
  incident?: { service: string; classification: string };
};

/** Owes each portal its notice. Idempotent by event and portal: what was written first is what every try sends. */
type Announce = (notice: Notice, scope: Scope) => Promise<void>;

type AnnounceDeps = { table: Table; bus: Bus; clock: Clock; registry: PortalRegistry };

/** A portal without an endpoint, or that did not ask for this type (of an incident: service, classification), is owed nothing. */
export function createAnnounce(deps: AnnounceDeps): Announce {
  return async (notice, scope) => {
    if (!isWebhookId(notice.eventId)) throw new Error(`an event id that no verifier takes: ${notice.eventId}`);
    const pk = deliveryPartition(notice.eventId);
    const wakes: Wake[] = [];
    for (const portalId of new Set(notice.portalIds)) {
      const portal = await deps.registry.byId(portalId);
      if (portal === undefined || !wants(portal, notice)) continue;
      const data = notice.data({ id: portal.id, customers: await deps.registry.scopeOf(portal) });
      if (data === undefined) continue;
      const body = JSON.stringify({ type: notice.type, timestamp: notice.at, data });
      const wake = await owe(deps, { pk, notice, portalId, body }, scope);
      if (wake) wakes.push(wake);
    }
    await sendWakes(deps, { place: { table: 'deliveries', pk }, wakes }, scope);
  };
}

function wants({ outbound }: Portal, { type, incident }: Notice): boolean {
  if (outbound === undefined || outbound.types?.includes(type) === false) return false;
  if (incident === undefined) return true;
  const { services, classifications = unasked } = outbound;
  const kinds: readonly string[] = classifications;
  return services?.includes(incident.service) !== false && kinds.includes(incident.classification);
}

/** Planned changes are many: they go to those alone that name them. */
const unasked: readonly string[] = ['incident', 'advisory'];

type Owed = { pk: string; notice: Notice; portalId: string; body: string };

/** Inserts the delivery with its first wake; undefined when it is there already. */
async function owe({ table, clock }: AnnounceDeps, owed: Owed, scope: Scope): Promise<Wake | undefined> {
  const now = clock.now();
  const { eventId, type } = owed.notice;
  const delivery: Delivery = {
    eventId,
    portalId: owed.portalId,
    type,
    state: 'pending',
    tries: 0,
    createdAt: toIso(now),
    nextTryAt: toIso(now),
  };
  const wake = deliveryWake(delivery, now);
  try {
    await table.transact(owed.pk, [
      { kind: 'insert', rk: deliveryKey(delivery), columns: deliveryColumns(delivery, owed.body) },
      wakeOp(wake, scope),
    ]);
    return wake;
  } catch (error) {
    if (isRefusal(error, 'exists')) return undefined;
    throw error;
  }
}
