import pLimit from 'p-limit';
import { toIso } from '../core/clock.ts';
import type { Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { IssueNews } from './fold-cycle.ts';
import { projectIncident, writeSightings } from './incident-lists.ts';
import type { RecordIncident } from './record-incident.ts';

type Telling = { healthShard: string; news: readonly IssueNews[]; record: RecordIncident; now: number };

const concurrentIncidents = 8;

/** Brings what a shard saw to the incidents and then to the lists. All of it may be done again. */
export async function tellNews(table: Table, { healthShard, news, record, now }: Telling, scope: Scope): Promise<void> {
  const limit = pLimit(concurrentIncidents);
  const recorded = await Promise.all(
    news.map((one) =>
      limit(async () => {
        const incident = await record({ news: one, healthShard, now }, scope);
        await projectIncident(table, incident);
        return { links: one.links, incident };
      }),
    ),
  );
  const firstSeenAt = toIso(now);
  const sightings = recorded.flatMap(({ links, incident }) =>
    links.map(({ customerId }) => ({ customerId, incident, firstSeenAt })),
  );
  await writeSightings(table, healthShard, sightings);
}
