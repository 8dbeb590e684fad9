import { isRefusal, type Table } from '../platform/table.ts';
import { projectIncident } from './incident-lists.ts';
import { incidentColumns, incidentKey, incidentOf, incidentPartition, type Incident } from './incident.ts';
import { hasEnded } from './planned-change.ts';

/**
 * Closes a planned change whose time has come: its end is known beforehand, so no revision tells of it and no event does. May be
 * done again; one that was moved meanwhile stays open.
 */
export async function endPlannedChange(table: Table, id: string, now: number): Promise<void> {
  const pk = incidentPartition(id);
  for (;;) {
    const row = await table.get(pk, incidentKey);
    if (!row) return;
    const stored = incidentOf(row);
    const isDue = stored.state === 'open' && hasEnded(stored.endedAt, now);
    const ended: Incident = isDue ? { ...stored, state: 'resolved' } : stored;
    try {
      if (isDue) {
        const columns = incidentColumns(ended);
        await table.transact(pk, [{ kind: 'replace', rk: incidentKey, columns, etag: row.etag }]);
      }
    } catch (error) {
      if (!isRefusal(error, 'changed')) throw error;
      continue;
    }
    await projectIncident(table, ended);
    return;
  }
}
