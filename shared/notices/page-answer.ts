import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { pagingQuery } from '../platform/route.ts';
import { firstRows } from '../platform/table.ts';
import { severities } from '../statement/statement.ts';
import { noticeIdOf, pageStates, type Page, type PageNotice } from './page.ts';
import type { PageDeps } from './page-ports.ts';
import { listedKey, pageList, readNotices, readPage } from './page-store.ts';
import { happenings } from './reach-policy.ts';

const instant = z.iso.datetime();

const noticeAnswerSchema = z.strictObject({
  id: z.string().meta({ description: 'As sent in `webhook-id`.' }),
  run: z.int(),
  action: z.enum(['triggered', 'updated', 'acknowledged', 'settled']),
  target: z.string(),
  person: z.string().optional(),
  state: z.enum(['pending', 'delivered', 'given-up', 'gone', 'skipped']),
  tries: z.int(),
  createdAt: instant,
  lastTryAt: instant.optional(),
  lastStatus: z.int().optional(),
  lastTrouble: z.string().optional(),
});

export const pageAnswerSchema = z
  .strictObject({
    id: z.string(),
    run: z.int().meta({
      description: 'Counts how often it began anew: the matter came back, or nobody acted after an acknowledgement.',
    }),
    state: z.enum(pageStates),
    team: z.string(),
    matter: z.strictObject({ kind: z.enum(['incident', 'request']), id: z.string() }),
    customerId: z.string(),
    severity: z.enum(severities),
    service: z.string().optional(),
    sources: z.array(
      z.strictObject({ kind: z.enum(['request', 'escalation']), id: z.string(), what: z.enum(happenings) }),
    ),
    policyVersion: z.int(),
    startedAt: instant,
    nextStepAt: instant.optional(),
    paged: z.array(
      z.strictObject({ person: z.string().optional(), target: z.string(), firstAt: instant, lastAt: instant }),
    ),
    missed: z.array(z.strictObject({ person: z.string(), at: instant })),
    acknowledgements: z.array(z.strictObject({ by: z.string(), at: instant, late: z.boolean() })),
    settledAt: instant.optional(),
    notices: z.array(noticeAnswerSchema).optional().meta({ description: 'Of one page that is read by its id.' }),
  })
  .meta({ id: 'Page' });
type PageAnswer = z.output<typeof pageAnswerSchema>;

export const pagesAnswerSchema = z
  .strictObject({ items: z.array(pageAnswerSchema), nextCursor: z.string().optional() })
  .meta({ id: 'Pages' });

export const pagesQuerySchema = z.strictObject({ state: z.enum(pageStates).optional(), ...pagingQuery });
type PagesQuery = z.output<typeof pagesQuerySchema>;

function answerOf(page: Page, notices?: readonly PageNotice[]): PageAnswer {
  const { id, run, state, matter, customerId, severity, service, policyVersion, startedAt, paged, missed } = page;
  return {
    ...{ id, run, state, matter, customerId, severity, policyVersion, startedAt, paged, missed },
    team: page.teamId,
    service,
    sources: page.sources.map(({ kind, id: sourceId, what }) => ({ kind, id: sourceId, what })),
    nextStepAt: page.dueAt,
    acknowledgements: page.acknowledgements.map(({ by, at, late }) => ({ by, at, late })),
    settledAt: page.settledAt,
    notices: notices?.map(noticeAnswer),
  };
}

const noticeAnswer = (notice: PageNotice): z.output<typeof noticeAnswerSchema> => ({
  id: noticeIdOf(notice),
  run: notice.run,
  action: notice.action,
  target: notice.target,
  person: notice.person,
  state: notice.state,
  tries: notice.tries,
  createdAt: notice.createdAt,
  lastTryAt: notice.lastTryAt,
  lastStatus: notice.lastStatus,
  lastTrouble: notice.lastTrouble,
});

export function createReadPages({ table }: Pick<PageDeps, 'table'>) {
  return {
    read: async (id: string): Promise<PageAnswer> => {
      const held = await readPage(table, id);
      if (held === undefined) throw notFound();
      return answerOf(held.page, await readNotices(table, id));
    },

    /** Newest first. Each is read as it is now: those in another state are passed over, so a page may be short. */
    list: async ({ state, limit = limits.pageSizeDefault, cursor }: PagesQuery) => {
      const query = { list: 'pages', state };
      const after = cursor === undefined ? undefined : decodeCursor(query, cursor);
      const from = after === undefined ? {} : { from: `${after}!` };
      const rows = await firstRows(table, { pk: pageList, ...from }, limit + 1);
      const shown = rows.slice(0, limit);
      const pages = await Promise.all(
        shown.map(async ({ rk, columns }) => ({ rk, page: (await readPage(table, String(columns.id)))?.page })),
      );
      const items = pages.flatMap(({ rk, page }) =>
        page !== undefined && listedKey(page) === rk && (state === undefined || page.state === state)
          ? [answerOf(page)]
          : [],
      );
      const last = shown.at(-1)?.rk;
      const nextCursor = rows.length > limit && last !== undefined ? encodeCursor(query, last) : undefined;
      return { items, nextCursor };
    },
  };
}
