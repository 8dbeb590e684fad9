import pLimit from 'p-limit';
import type { Caller, CustomerScope } from '../core/caller.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { notFound } from '../core/errors.ts';
import { afterPrefix } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { visibleCustomer, type Paging } from '../customers/customer-queries.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import { queryAll, type Table, type Tables } from '../platform/table.ts';
import { summaryView, type IncidentPage, type IncidentView } from './health-answers.ts';
import { readList, readSightings, summaryOf, type IncidentSummary } from './incident-lists.ts';
import type { Classification } from './severity.ts';
import {
  affectedPrefix,
  affectedRow,
  incidentKey,
  incidentOf,
  incidentPartition,
  postsKey,
  postsOf,
} from './incident.ts';

type IncidentQueryDeps = { tables: Tables<'health'>; customers: Pick<CustomerStore, 'get'> };

type Filters = { state?: 'open' | 'resolved' | undefined; classification?: Classification | undefined };
type IncidentQuery = Paging & Filters & { service?: string | undefined };

/** How many rows one call looks at before it hands out a page that is not full: filters must not make a call endless. */
const examinedMax = 200;
const concurrentReads = 16;

const scopeOf = (caller: Caller): CustomerScope => (caller.kind === 'portal' ? caller.customers : 'all');

type AffectedCustomer = { customerId: string; firstSeenAt: string };

/** Everyone affected so far, of all shards, within a caller's scope; who moved from one shard to another, once. */
export async function readAffected(table: Table, id: string, scope: CustomerScope): Promise<AffectedCustomer[]> {
  const rows = await queryAll(table, {
    pk: incidentPartition(id),
    from: affectedPrefix,
    to: afterPrefix(affectedPrefix),
  });
  const affected = new Map<string, string>();
  for (const [customerId, at] of rows.flatMap((row) => Object.entries(affectedRow.fromRow(row).customers))) {
    if (scope !== 'all' && !scope.has(customerId)) continue;
    const before = affected.get(customerId);
    affected.set(customerId, before !== undefined && before < at ? before : at);
  }
  return [...affected].map(([customerId, firstSeenAt]) => ({ customerId, firstSeenAt }));
}

/**
 * One incident with its posts, and those of the affected customers that the caller may see; without any, it is not there. An
 * incident is stored together with the first customer it affects, so for one that is unknown or foreign this is one read.
 */
export async function readIncident({ tables }: IncidentQueryDeps, caller: Caller, id: string): Promise<IncidentView> {
  const table = tables('health');
  const pk = incidentPartition(id);
  const affected = await readAffected(table, id, scopeOf(caller));
  if (affected.length === 0) throw notFound();
  const [head, posts] = await Promise.all([table.get(pk, incidentKey), table.get(pk, postsKey)]);
  if (!head) throw notFound();
  return { ...summaryView(summaryOf(incidentOf(head))), posts: posts ? postsOf(posts) : [], affected };
}

type Candidate = { at: string; incident: IncidentSummary | undefined };
type Source = {
  filters: Record<string, string | undefined>;
  /** The next rows after a place. */
  read: (after: string | undefined, count: number) => Promise<Candidate[]>;
  keep: (incident: IncidentSummary) => boolean | Promise<boolean>;
};

/** Newest first. For a portal, only what concerns its customers; a page may then be short and still have a next one. */
export async function listIncidents(
  { tables }: IncidentQueryDeps,
  caller: Caller,
  { state, classification, service, ...paging }: IncidentQuery,
): Promise<IncidentPage> {
  const table = tables('health');
  const scope = scopeOf(caller);
  return page(paging, {
    filters: { list: 'incidents', state, classification, service },
    read: async (after, count) => readList(table, { state, classification, service, after }, count),
    keep: async (incident) =>
      isWanted(incident, { state, classification }) &&
      (scope === 'all' || (await readAffected(table, incident.id, scope)).length > 0),
  });
}

/** The incidents by which a customer was affected, newest first. */
export async function listCustomerIncidents(
  { tables, customers }: IncidentQueryDeps,
  caller: Caller,
  { customerId, state, classification, ...paging }: Paging & Filters & { customerId: string },
): Promise<IncidentPage> {
  const { healthShard } = await visibleCustomer(customers, caller, customerId);
  const table = tables('health');
  const limit = pLimit(concurrentReads);
  return page(paging, {
    filters: { list: 'customer-incidents', customerId, state, classification },
    read: async (after, count) => {
      const sighted = await readSightings(table, { healthShard, customerId, classification, after }, count);
      const read = await Promise.all(
        sighted.map(({ at, incidentId }) =>
          limit(async () => ({ at, row: await table.get(incidentPartition(incidentId), incidentKey) })),
        ),
      );
      return read.map(({ at, row }) => ({ at, incident: row && summaryOf(incidentOf(row)) }));
    },
    keep: (incident) => isWanted(incident, { state, classification }),
  });
}

/** Planned changes are listed only when they are asked for. */
const isWanted = (incident: IncidentSummary, { state, classification }: Filters): boolean =>
  (state === undefined || incident.state === state) &&
  (classification === undefined
    ? incident.classification !== 'planned-change'
    : incident.classification === classification);

const timeOf = (at: string | undefined): string | undefined => at?.split('|')[0];

/**
 * A cursor never names a row that was not shown, since it may be of somebody else: it stands at the last item, or behind a time
 * up to which everything was looked at.
 */
async function page({ limit = limits.pageSizeDefault, cursor }: Paging, source: Source): Promise<IncidentPage> {
  let after = cursor === undefined ? undefined : decodeCursor(source.filters, cursor);
  let shown = '';
  let examined = 0;
  const items: IncidentSummary[] = [];
  const until = (at: string): IncidentPage => {
    return { items: items.map(summaryView), nextCursor: encodeCursor(source.filters, at) };
  };
  for await (const { at, incident } of candidates(source, after, limit + 1)) {
    if (examined >= examinedMax && timeOf(at) !== timeOf(after)) return until(`${timeOf(after) ?? ''}|~`);
    const isKept = incident !== undefined && (await source.keep(incident));
    if (isKept && items.length === limit) return until(shown);
    if (isKept) {
      items.push(incident);
      shown = at;
    }
    after = at;
    examined++;
  }
  return { items: items.map(summaryView) };
}

async function* candidates(source: Source, from: string | undefined, size: number): AsyncGenerator<Candidate> {
  let after = from;
  for (;;) {
    const batch = await source.read(after, size);
    yield* batch;
    if (batch.length < size) return;
    after = batch.at(-1)?.at;
  }
}
