import type { CustomerScope } from '../core/caller.ts';
import type { Tables } from '../platform/table.ts';
import { readAffected } from './incident-queries.ts';
import { eventKey, eventRow, incidentPartition, type EventKind } from './incident.ts';

/** A transition as it goes to portals. `at` and every `firstSeenAt` are ISO texts. */
type IncidentEvent = {
  eventId: string;
  type: `incident.${EventKind}`;
  at: string;
  data: { incidentId: string; service: string; classification: string; status: string; customerIds: string[] };
};

type ReadIncidentEvent = (incidentId: string, eventId: string) => Promise<IncidentEvent | undefined>;

/**
 * The event behind a wake, always with the same data: an event about newly affected customers names those, any other all who
 * were affected when it happened.
 */
export function createIncidentEvent({ tables }: { tables: Tables<'health'> }): ReadIncidentEvent {
  const table = tables('health');
  return async (incidentId, eventId) => {
    const row = await table.get(incidentPartition(incidentId), eventKey(eventId));
    if (!row) return undefined;
    const { kind, at, service, classification, status, customers } = eventRow.fromRow(row);
    const customerIds = customers ?? (await affectedUntil(incidentId, at));
    return {
      eventId,
      type: `incident.${kind}`,
      at,
      data: { incidentId, service, classification, status, customerIds },
    };
  };

  async function affectedUntil(incidentId: string, at: string): Promise<string[]> {
    const affected = await readAffected(table, incidentId, 'all');
    return affected
      .filter(({ firstSeenAt }) => firstSeenAt <= at)
      .map(({ customerId }) => customerId)
      .sort();
  }
}

/** The event's data for one portal: its own customers only, and nothing when none of them is concerned. */
export function incidentDataFor(event: IncidentEvent, scope: CustomerScope): IncidentEvent['data'] | undefined {
  const customerIds = event.data.customerIds.filter((id) => scope === 'all' || scope.has(id));
  return customerIds.length > 0 ? { ...event.data, customerIds } : undefined;
}
