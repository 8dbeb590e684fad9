import pLimit from 'p-limit';
import type { Tables } from '../platform/table.ts';
import { incidentKey, incidentOf, incidentPartition, type Incident } from './incident.ts';

/** What a triage needs to know of an incident. */
export type LiveIncident = Pick<
  Incident,
  | 'id'
  | 'service'
  | 'serviceName'
  | 'feature'
  | 'title'
  | 'impact'
  | 'status'
  | 'classification'
  | 'startedAt'
  | 'nextUpdateBy'
>;

export type IncidentRef = { id: string; revision: string };

const remembered = 2_000;
const concurrentReads = 16;

/**
 * The incidents behind a customer's references. A revision never changes, so it is read once and remembered; an incident that
 * has moved on since is answered as it stands now.
 */
export function createLiveIncidents({ tables }: { tables: Tables<'health'> }) {
  const table = tables('health');
  const known = new Map<string, LiveIncident>();
  const limit = pLimit(concurrentReads);
  const load = async ({ id, revision }: IncidentRef): Promise<LiveIncident | undefined> => {
    const key = `${id}@${revision}`;
    const warm = known.get(key);
    if (warm) return warm;
    const row = await table.get(incidentPartition(id), incidentKey);
    if (!row) return undefined;
    if (known.size >= remembered) known.clear();
    const incident = liveOf(incidentOf(row));
    known.set(key, incident);
    return incident;
  };
  return async (refs: readonly IncidentRef[]): Promise<LiveIncident[]> => {
    const found = await Promise.all(refs.map((ref) => limit(async () => load(ref))));
    return found.filter((incident) => incident !== undefined);
  };
}

const liveOf = (incident: Incident): LiveIncident => ({
  id: incident.id,
  service: incident.service,
  serviceName: incident.serviceName,
  feature: incident.feature,
  title: incident.title,
  impact: incident.impact,
  status: incident.status,
  classification: incident.classification,
  startedAt: incident.startedAt,
  ...(incident.nextUpdateBy !== undefined && { nextUpdateBy: incident.nextUpdateBy }),
});
