import { toIso } from '../core/clock.ts';
import * as z from 'zod';
import { contended } from '../platform/contended.ts';
import { rowKind } from '../platform/row.ts';
import { writeOver } from '../platform/table.ts';
import { limits } from '../core/limits.ts';
import type { Scope } from '../platform/telemetry.ts';
import { noticeEvents } from './events.ts';
import { pageIdOf, sourceKey, sourcePartition, type Page, type Source } from './page.ts';
import { stillStands } from './page-standing.ts';
import type { PageDeps } from './page-ports.ts';
import { runAgain, settle, updated, type Moved } from './page-rules.ts';
import { commitPage, enlist, readPage } from './page-store.ts';
import { teamFor, type Matter } from './reach-rules.ts';
import type { Policy } from './reach-policy.ts';

/** Something that people are to be told of now. Raising it again, by the same event, has no effect. */
export type Raised = Matter & {
  source: Source;
  /** Whose page it is: everything about one live incident is one matter. */
  about: Page['matter'];
  customerId: string;
};

const pagesOf = rowKind(z.object({ pages: z.array(z.string()) }));
const pagesPerSource = 20;

/** Raises pages and settles them. Idempotent; either may be called late, twice and in any order. */
export function createPages(deps: PageDeps) {
  return {
    raise: async (raised: Raised, scope: Scope): Promise<void> => {
      const policy = await deps.policies.current();
      const team = policy && teamFor(policy, raised);
      const { id, what } = raised.source;
      if (policy === undefined || team === undefined) {
        scope.log(noticeEvents.nobodyToPage, { sourceId: id, what, policyVersion: policy?.version });
        return;
      }
      const pageId = pageIdOf(team.id, raised.about);
      await pointTo(deps, id, pageId);
      await contended(deps, async () => {
        const held = await readPage(deps.table, pageId);
        const moved = held
          ? joined(held.page, raised, { policy, nowMs: deps.clock.now() })
          : began(raised, { pageId, policy, ownerId: team.id }, deps.clock.now());
        if (moved === undefined) return;
        await enlist(deps.table, moved.after);
        const page = await commitPage(deps, { before: held, moved }, scope);
        scope.log(noticeEvents.pageRaised, { pageId, run: page.run, sourceId: id, what, isNew: held === undefined });
      });
    },

    /** After an event that may have ended what the pages of a request or an escalation are about. */
    settle: async (sourceId: string, scope: Scope): Promise<void> => {
      const row = await deps.table.get(sourcePartition(sourceId), sourceKey(sourceId));
      if (row === undefined) return;
      for (const pageId of pagesOf.fromRow(row).pages) {
        await contended(deps, async () => {
          const held = await readPage(deps.table, pageId);
          if (held === undefined || held.page.state === 'settled' || (await stillStands(deps, held.page))) return;
          await commitPage(deps, { before: held, moved: settle(held.page, deps.clock.now()) }, scope);
          scope.log(noticeEvents.pageSettled, { pageId, run: held.page.run });
        });
      }
    },
  };
}

export type Pages = ReturnType<typeof createPages>;

/** Before the page is there, so that whatever ends the request finds it. */
async function pointTo(deps: PageDeps, sourceId: string, pageId: string): Promise<void> {
  const [pk, rk] = [sourcePartition(sourceId), sourceKey(sourceId)];
  await contended(deps, async () => {
    const row = await deps.table.get(pk, rk);
    const known = row ? pagesOf.fromRow(row).pages : [];
    if (known.includes(pageId)) return;
    const columns = pagesOf.toColumns({ pages: [...known, pageId].slice(-pagesPerSource) });
    await deps.table.transact(pk, [writeOver(row, { rk, columns })]);
  });
}

function began(
  { source, about, customerId, severity, service }: Raised,
  { pageId, policy, ownerId }: { pageId: string; policy: Policy; ownerId: string },
  nowMs: number,
): Moved {
  const now = toIso(nowMs);
  const after: Page = {
    id: pageId,
    run: 1,
    turn: 1,
    state: 'paging',
    ownerId,
    teamId: ownerId,
    matter: about,
    customerId,
    severity,
    service: service ?? undefined,
    sources: [source],
    policyVersion: policy.version,
    at: 0,
    round: 0,
    dueAt: now,
    startedAt: now,
    notices: 0,
    paged: [],
    missed: [],
    acknowledgements: [],
  };
  return { after, told: [] };
}

/** What the matter's page makes of one more event; undefined where it knows it. */
function joined(
  page: Page,
  { source, severity }: Raised,
  { policy, nowMs }: { policy: Policy; nowMs: number },
): Moved | undefined {
  const isSame = ({ kind, id, what }: Source) => kind === source.kind && id === source.id && what === source.what;
  const known = page.sources.find(isSame);
  if (known !== undefined && known.seen >= source.seen) return undefined;
  const others = page.sources.filter((one) => !isSame(one));
  const sources = [...others, source].slice(-limits.pageSources);
  if (page.state !== 'settled') return updated(page, sources, source.what);
  return runAgain({ ...page, sources, severity }, policy, nowMs);
}
