import * as z from 'zod';
import { hashOf } from '../core/hash.ts';
import { deleteWake, readWake } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import type { Tables } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { CustomerScope } from '../core/caller.ts';
import type { EventKind } from './incident.ts';
import { createIncidentEvent, incidentDataFor } from './incident-event.ts';

const incidentEventBodySchema = z.object({
  kind: z.literal('incident-event'),
  incidentId: z.string(),
  eventId: z.string(),
});

/** The part of a portal that a notice depends on. */
export type NoticePortal = { id: string; customers: CustomerScope };

/** Tells the portals, once per event id and portal, however often it is called. */
export type AnnounceIncident = (
  notice: {
    eventId: string;
    type: `incident.${EventKind}`;
    at: string;
    data: (portal: NoticePortal) => Record<string, unknown> | undefined;
    portalIds: string[];
    incident: { service: string; classification: string };
  },
  scope: Scope,
) => Promise<void>;

export type ProjectIncidentDeps = {
  tables: Tables<'health'>;
  announce: AnnounceIncident;
  /** Ids of all portals: which of them an incident concerns follows from its customers. */
  portalIds: () => Promise<string[]>;
};

/** Portals are told of their own customers only, so that each has a body, and therefore an id, of its own. */
const noticeId = (eventId: string, portalId: string): string => `e${hashOf('notice', eventId, portalId).slice(0, 25)}`;

/** Consumer of `desk-events` for incidents: brings a transition to every portal with an affected customer, once. */
export function createProjectIncident(deps: ProjectIncidentDeps): QueueHandler {
  const readEvent = createIncidentEvent(deps);
  const table = deps.tables('health');
  return async (message, scope) => {
    const { incidentId, eventId } = incidentEventBodySchema.parse(message.body);
    if (!(await readWake(table, message))) return;
    const event = await readEvent(incidentId, eventId);
    if (event === undefined) throw new Error(`event ${eventId} of incident ${incidentId} is not there`);
    const data = (portal: NoticePortal) => incidentDataFor(event, portal.customers);
    const { service, classification } = event.data;
    for (const portalId of await deps.portalIds()) {
      const notice = {
        eventId: noticeId(eventId, portalId),
        type: event.type,
        at: event.at,
        data,
        incident: { service, classification },
        portalIds: [portalId],
      };
      await deps.announce(notice, scope);
    }
    await deleteWake(table, message);
  };
}
