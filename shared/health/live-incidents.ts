import pLimit from 'p-limit';
import type { Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { createExpiringCache } from '../platform/expiring-cache.ts';
import type { Tables } from '../platform/table.ts';
import { incidentKey, incidentOf, incidentPartition, type Incident } from './incident.ts';
import { knowsDetails } from './transitions.ts';

/** What a triage needs to know of an incident. */
type LiveIncident = Pick<
  Incident,
  'id' | 'service' | 'serviceName' | 'feature' | 'title' | 'impact' | 'status' | 'startedAt' | 'nextUpdateBy'
> & { classification: Exclude<Incident['classification'], 'planned-change'> };

type IncidentRef = { id: string; revision: string };

const rememberedIncidents = 2_000;
const concurrentReads = 16;

/**
 * The incidents behind a customer's references. A revision never changes once its posts are read, so it is remembered; an
 * incident that has moved on since is answered as it stands now.
 */
export function createLiveIncidents(deps: { tables: Tables<'health'>; clock: Pick<Clock, 'now'> }) {
  const table = deps.tables('health');
  const remembered = createExpiringCache<LiveIncident | undefined>(deps.clock, rememberedIncidents);
  const limit = pLimit(concurrentReads);
  const load = async ({ id, revision }: IncidentRef): Promise<LiveIncident | undefined> =>
    remembered(`${id}@${revision}`, async () => {
      const row = await table.get(incidentPartition(id), incidentKey);
      const incident = row && incidentOf(row);
      if (!incident) return { value: undefined, until: 0 };
      const until = knowsDetails(incident) ? Infinity : deps.clock.now() + limits.cacheMs;
      return { value: liveOf(incident), until };
    });
  return async (refs: readonly IncidentRef[]): Promise<LiveIncident[]> => {
    const found = await Promise.all(refs.map((ref) => limit(async () => load(ref))));
    return found.filter((incident) => incident !== undefined);
  };
}

/** A planned change is no incident; no customer's references name one. */
const liveOf = (incident: Incident): LiveIncident => ({
  id: incident.id,
  service: incident.service,
  serviceName: incident.serviceName,
  feature: incident.feature,
  title: incident.title,
  impact: incident.impact,
  status: incident.status,
  classification: incident.classification === 'planned-change' ? 'advisory' : incident.classification,
  startedAt: incident.startedAt,
  ...(incident.nextUpdateBy !== undefined && { nextUpdateBy: incident.nextUpdateBy }),
});
