import type { Tables } from '../platform/table.ts';
import { incidentKey, incidentOf, incidentPartition } from './incident.ts';

/** Of the incidents named, those that Microsoft has not resolved; always as they stand now. */
export function createOpenIncidents({ tables }: { tables: Tables<'health'> }) {
  const table = tables('health');
  return async (ids: readonly string[]): Promise<{ id: string; title: string }[]> => {
    const rows = await Promise.all(ids.map(async (id) => table.get(incidentPartition(id), incidentKey)));
    return rows
      .flatMap((row) => (row ? [incidentOf(row)] : []))
      .filter((incident) => incident.state === 'open')
      .map(({ id, title }) => ({ id, title }));
  };
}
