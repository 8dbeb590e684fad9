import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { maySee, maySeeCustomer, type Caller } from '../core/caller.ts';
import { toIso, type Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Row, Table } from '../platform/table.ts';
import {
  afterKey,
  fits,
  listedOf,
  listPartitions,
  listRow,
  timeOf,
  type Filters,
  type ListField,
  type Listed,
} from './list-rows.ts';
import type { RequestAnswer } from './request-answer.ts';
import type { Head } from './request-event.ts';
import { answerFrom, type View } from './request-queries.ts';
import type { RequestStore } from './request-store.ts';

export type ListQuery = Filters & { limit?: number | undefined; cursor?: string | undefined };
export type RequestPage = { items: RequestAnswer[]; nextCursor?: string };

/** The narrowest list first: the others of the filters are held against its rows. */
const narrowest: readonly ListField[] = ['assignee', 'customerId', 'portalId', 'service', 'state'];
/** The other lists mix portals: most that a page reads there would be for nothing. */
const narrowestOfPortals: readonly ListField[] = ['customerId', 'portalId'];

/** How often a page reads on when rows did not fit: bounds what one call costs, whatever the number of rows. */
const roundsMax = 4;
const positionPattern = /^\d{13}\|(?:[a-z2-7]+!)?$/;

type ListDeps = { table: Table; store: RequestStore; clock: Pick<Clock, 'now'> };
type Wanted = { caller: Caller; filters: Filters };
type Indexed = { rk: string; listed: Listed };

/**
 * Pages of requests, newest first. Rows are found by one list, held against the other filters, then against the request as it
 * is: one that has changed since its row was written is dropped. So a page may be short or empty and yet have a cursor.
 */
export function createRequestLists({ table, store, clock }: ListDeps) {
  const page = async (caller: Caller, query: ListQuery): Promise<RequestPage> => {
    const { limit = limits.pageSizeDefault, cursor, ...asked } = query;
    const bound = { ...asked, caller: caller.id };
    let from = cursor === undefined ? '' : positionIn(decodeCursor(bound, cursor));
    if (asksForForeign(caller, asked)) return { items: [] };
    const filters: Filters = caller.kind === 'portal' ? { ...asked, portalId: caller.portalId } : asked;
    const view = { caller, at: toIso(clock.now()) };
    const partitions = partitionsFor(caller, filters);
    const heads: Head[] = [];
    let told = from;
    for (let round = 0; round < roundsMax && heads.length < limit; round++) {
      // One more than is wanted tells whether there is more.
      const take = 1 + (round === 0 ? limit : limits.pageSizeMax);
      const rows = await newestOf(table, { partitions, from, take });
      const near = untilEnough(rows, limit - heads.length, { caller, filters });
      heads.push(...(await current(store, near, { caller, filters })));
      if (rows.length < take && near.length === rows.length) return { items: await answers(store, heads, view) };
      from = afterKey(near.at(-1)?.rk ?? from);
      told = later(told, tellable(near, caller));
    }
    return { items: await answers(store, heads, view), nextCursor: encodeCursor(bound, told) };
  };
  return { page };
}

function partitionsFor({ kind }: Caller, filters: Filters): string[] {
  const field = (kind === 'portal' ? narrowestOfPortals : narrowest).find((one) => filters[one] !== undefined);
  return field === undefined ? listPartitions('all') : listPartitions(field, filters[field]);
}

/**
 * Requests of another portal, of a customer that is not the portal's, or of somebody they are assigned to, of which portals know
 * nothing: there are none, and nothing is read to say so.
 */
const asksForForeign = (caller: Caller, { portalId, customerId, assignee }: Filters): boolean =>
  caller.kind === 'portal' &&
  (assignee !== undefined ||
    (portalId !== undefined && portalId !== caller.portalId) ||
    (customerId !== undefined && !maySeeCustomer(caller, customerId)));

function positionIn(at: string): string {
  if (!positionPattern.test(at))
    throw new AppError('invalid-cursor', 'Use the nextCursor of an answer, with the same filters.');
  return at;
}

/**
 * How far the rows go, without the id of a request that the caller may not see: there it is the time alone, or the caller's own
 * request of that time.
 */
function tellable(rows: readonly Indexed[], caller: Caller): string {
  const last = rows.at(-1);
  const own = rows.findLast(({ listed }) => maySee(caller, listed));
  if (last === undefined) return '';
  const time = timeOf(last.rk);
  return own?.rk.startsWith(time) ? afterKey(own.rk) : time;
}

const later = (a: string, b: string): string => (a > b ? a : b);

type Position = { partitions: string[]; from: string; take: number };

/** The newest rows of several partitions, merged: each brings its own newest, so that the merged ones are the newest of all. */
async function newestOf(table: Table, { partitions, from, take }: Position): Promise<Indexed[]> {
  const each = await Promise.all(partitions.map(async (pk) => firstRows(table, { pk, from, take })));
  return each
    .flat()
    .sort((a, b) => (a.rk < b.rk ? -1 : 1))
    .slice(0, take)
    .map((row) => ({ rk: row.rk, listed: listRow.fromRow(row) }));
}

/** An empty page is not the end: only a missing continuation is. */
async function firstRows(table: Table, { pk, from, take }: { pk: string; from: string; take: number }): Promise<Row[]> {
  const rows: Row[] = [];
  let continuation: string | undefined;
  do {
    const limit = take - rows.length;
    const page = await table.query({ pk, limit, ...(from !== '' && { from }), ...(continuation && { continuation }) });
    rows.push(...page.rows);
    continuation = page.continuation;
  } while (continuation !== undefined && rows.length < take);
  return rows;
}

const isWanted = (listed: Listed, { caller, filters }: Wanted): boolean =>
  fits(listed, filters) && maySee(caller, listed);

/** The rows up to the one that makes `enough`, as far as rows can tell. */
function untilEnough(rows: Indexed[], enough: number, wanted: Wanted): Indexed[] {
  let missing = enough;
  const end = rows.findIndex(({ listed }) => isWanted(listed, wanted) && --missing === 0);
  return end < 0 ? rows : rows.slice(0, end + 1);
}

/** The requests behind the rows that fit, as they are now, without those that no longer do. */
async function current(store: RequestStore, rows: readonly Indexed[], wanted: Wanted): Promise<Head[]> {
  const fitting = rows.filter(({ listed }) => isWanted(listed, wanted));
  const heads = await Promise.all(fitting.map(async ({ listed }) => store.readHead(listed.requestId)));
  return heads.filter((head): head is Head => head !== undefined && isWanted(listedOf(head), wanted));
}

const answers = async (store: RequestStore, heads: readonly Head[], view: View): Promise<RequestAnswer[]> =>
  Promise.all(heads.map(async (head) => answerFrom(store, head, view)));
