import * as z from 'zod';
import { toIso } from '../core/clock.ts';
import { AppError, notFound } from '../core/errors.ts';
import { contended } from '../platform/contended.ts';
import type { Scope } from '../platform/telemetry.ts';
import { severities } from '../statement/statement.ts';
import { noticeEvents } from './events.ts';
import { readLink } from './page-link.ts';
import { pageStates, type Page } from './page.ts';
import type { PageDeps } from './page-ports.ts';
import { acknowledge, whatOf } from './page-rules.ts';
import { commitPage, readPage, type HeldPage } from './page-store.ts';
import { happenings } from './reach-policy.ts';

export const acknowledgementSchema = z
  .strictObject({
    state: z.enum(pageStates),
    what: z.enum(happenings),
    severity: z.enum(severities),
    service: z.string().optional(),
    startedAt: z.iso.datetime(),
    acknowledged: z.boolean().meta({ description: 'Whether this link has acknowledged it, by this very call.' }),
  })
  .meta({ id: 'Acknowledgement' });
export type Acknowledgement = z.output<typeof acknowledgementSchema>;

/** One text for a link that is wrong, has run out or was used: it says nothing about which, nor of what. */
const noLink = () =>
  new AppError('not-found', 'This link does not work: it is incomplete, has run out, or was used already.');

const shown = (page: Page, acknowledged: boolean): Acknowledgement => ({
  state: page.state,
  what: whatOf(page),
  severity: page.severity,
  service: page.service,
  startedAt: page.startedAt,
  acknowledged,
});

/** What a one-time link is for, and acknowledging by it. Reading acknowledges nothing: scanners of mail follow links. */
export function createAcknowledge(deps: PageDeps) {
  const find = async (token: string) => {
    const held = await readLink(deps.table, token, deps.clock.now());
    const page = held && (await readPage(deps.table, held.link.pageId));
    if (held === undefined || page?.page.run !== held.link.run) throw noLink();
    return { ...held, page };
  };
  return {
    show: async (token: string): Promise<Acknowledgement> => shown((await find(token)).page.page, false),

    /** The page, the link and whom it is told are one transaction. */
    byLink: async (token: string, scope: Scope): Promise<Acknowledgement> =>
      contended(deps, async () => {
        const { link, use, page } = await find(token);
        const nowMs = deps.clock.now();
        const who = { by: link.person, person: link.person };
        const moved = acknowledge(page.page, { ...who, policy: await policyOf(deps, page), nowMs });
        const unmoved = { after: page.page, told: [] };
        const after = await commitPage(
          deps,
          { before: page, moved: moved ?? unmoved, more: [use(toIso(nowMs))] },
          scope,
        );
        scope.log(noticeEvents.pageAcknowledged, { pageId: after.id, run: after.run, person: link.person });
        return shown(after, after.state !== 'settled');
      }),

    /** By a person who is signed in, whether or not the policy knows them. */
    byCaller: async (pageId: string, by: string, scope: Scope): Promise<void> =>
      contended(deps, async () => {
        const page = await readPage(deps.table, pageId);
        if (page === undefined) throw notFound();
        if (page.page.state === 'settled') throw new AppError('illegal-transition', 'The matter of this page is over.');
        const moved = acknowledge(page.page, { by, policy: await policyOf(deps, page), nowMs: deps.clock.now() });
        if (moved === undefined) return;
        await commitPage(deps, { before: page, moved }, scope);
        scope.log(noticeEvents.pageAcknowledged, { pageId, run: page.page.run, by });
      }),
  };
}

export type Acknowledge = ReturnType<typeof createAcknowledge>;

async function policyOf({ policies }: PageDeps, { page }: HeldPage) {
  const policy = await policies.version(page.policyVersion);
  if (policy === undefined) throw new Error(`page ${page.id} began with a policy that is not there`);
  return policy;
}
