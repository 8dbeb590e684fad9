import * as z from 'zod';
import { supportReadinessPageSchema } from '../shared/escalations/support-readiness-answer.ts';
import { supportReadinessCsv } from '../shared/escalations/support-readiness-csv.ts';
import { supportReadiness, type SupportReadinessDeps } from '../shared/escalations/support-readiness.ts';
import { prefersCsv } from '../shared/platform/media-type.ts';
import { pagingQuery, route, type Route } from '../shared/platform/route.ts';

const path = 'api/readiness';

const query = z.strictObject({
  ...pagingQuery,
  ok: z
    .enum(['true', 'false'])
    .optional()
    .describe(
      'Only what is ready for both, or only what is not. A page may then be short or empty and have a next one.',
    ),
});

export const readinessRoutes = (deps: SupportReadinessDeps): Route[] => [
  route({
    name: 'readReadiness',
    method: 'GET',
    path,
    summary:
      'Which customers can be supported now: per customer and product whether the desk can read and file, until when, and what mends it; CSV by Accept',
    access: { portals: false, role: 'Desk.Read' },
    query,
    answers: {
      200: {
        description: 'A page, in order of customer id',
        schema: supportReadinessPageSchema,
        alsoText: 'text/csv',
        headers: { Link: 'Of CSV: the next page (rel=next).' },
      },
    },
    errors: ['invalid-cursor'],
    handle: async ({ headers, query: asked }) => {
      const page = await supportReadiness(deps, asked);
      if (!prefersCsv(headers.get('accept'))) return { status: 200, body: page, headers: { vary: 'accept' } };
      return {
        status: 200,
        text: supportReadinessCsv(page.items),
        headers: {
          'content-type': 'text/csv; charset=utf-8; header=present',
          'cache-control': 'no-store',
          vary: 'accept',
          ...(page.nextCursor !== undefined && { link: nextLink(asked, page.nextCursor) }),
        },
      };
    },
  }),
];

function nextLink({ limit, ok }: z.output<typeof query>, cursor: string): string {
  const next = new URLSearchParams({ ...(limit !== undefined && { limit: String(limit) }), ...(ok && { ok }), cursor });
  return `</${path}?${next.toString()}>; rel="next"`;
}
