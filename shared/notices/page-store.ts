import { fromIso, toIso } from '../core/clock.ts';
import { afterPrefix, newestFirst } from '../core/key.ts';
import { sendWakes, wakeOp, type Wake } from '../platform/outbox.ts';
import { queryAll, writeOver, type Row, type Table, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import {
  noticeKey,
  noticeRow,
  pageKey,
  pagePartition,
  pageRow,
  sendWake,
  stepWake,
  type Page,
  type PageNotice,
} from './page.ts';
import type { PageDeps } from './page-ports.ts';
import type { Moved } from './page-rules.ts';

export type HeldPage = { page: Page; etag: string };

export async function readPage(table: Table, id: string): Promise<HeldPage | undefined> {
  const row = await table.get(pagePartition(id), pageKey(id));
  return row && { page: pageRow.fromRow(row), etag: row.etag };
}

export type HeldNotice = { notice: PageNotice; row: Row };

export async function readNotice(table: Table, pageId: string, seq: number): Promise<HeldNotice | undefined> {
  const row = await table.get(pagePartition(pageId), noticeKey(pageId, seq));
  return row && { notice: noticeRow.fromRow(row), row };
}

/** Of all runs, oldest first. */
export async function readNotices(table: Table, pageId: string): Promise<PageNotice[]> {
  const prefix = `N|${pageId}|`;
  const rows = await queryAll(table, { pk: pagePartition(pageId), from: prefix, to: afterPrefix(prefix) });
  return rows.map((row) => noticeRow.fromRow(row));
}

export type PageChange = {
  before: HeldPage | undefined;
  moved: Moved;
  /** Key of the wake that is served by it. */
  done?: string | undefined;
  /** Further steps of the same transaction. */
  more?: readonly TableOp[];
};

/**
 * One move of a page: its row, the notices that it owes and the wake of its next step are one transaction. Throws a refusal
 * where another writer was quicker.
 */
export async function commitPage(
  deps: Pick<PageDeps, 'table' | 'bus' | 'clock'>,
  { before, moved, done, more = [] }: PageChange,
  scope: Scope,
): Promise<Page> {
  const now = deps.clock.now();
  const { id, run } = moved.after;
  // Notices of the run that ends here are told under its number.
  const closing = before?.page.run ?? run;
  const notices = moved.told.map((told, index): PageNotice => ({
    ...told,
    pageId: id,
    run: told.action === 'settled' ? closing : run,
    seq: moved.after.notices + index + 1,
    turn: moved.after.turn,
    state: 'pending',
    tries: 0,
    createdAt: toIso(now),
    nextTryAt: toIso(now),
  }));
  const page: Page = { ...moved.after, notices: moved.after.notices + notices.length };
  const wakes: Wake[] = notices.map((notice) => sendWake(notice, now));
  if (page.turn !== before?.page.turn && page.dueAt !== undefined) wakes.push(stepWake(page, fromIso(page.dueAt)));
  const pk = pagePartition(id);
  await deps.table.transact(pk, [
    writeOver(before, { rk: pageKey(id), columns: pageRow.toColumns(page) }),
    ...notices.map((notice): TableOp => ({
      kind: 'insert',
      rk: noticeKey(id, notice.seq),
      columns: noticeRow.toColumns(notice),
    })),
    ...wakes.map((wake) => wakeOp(wake, scope)),
    ...(done === undefined ? [] : [{ kind: 'delete', rk: done } as const]),
    ...more,
  ]);
  await sendWakes(deps, { place: { table: 'deliveries', pk }, wakes }, scope);
  return page;
}

/** All pages, newest first, in one partition: they are few. A row whose page began a new run is passed over by readers. */
export const pageList = 'pages';

export const listedKey = ({ id, startedAt }: Pick<Page, 'id' | 'startedAt'>): string =>
  `${newestFirst(fromIso(startedAt))}|${id}`;

/** Before the run is written, so that no page is missing. */
export async function enlist(table: Table, page: Page): Promise<void> {
  await table.transact(pageList, [{ kind: 'upsert', rk: listedKey(page), columns: { v: 1, id: page.id } }]);
}
