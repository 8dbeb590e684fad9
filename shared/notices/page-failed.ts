import * as z from 'zod';
import { contended } from '../platform/contended.ts';
import { deleteWake, readWake, type Wake } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { noticeEvents } from './events.ts';
import type { Page, PageNotice } from './page.ts';
import type { PageDeps } from './page-ports.ts';
import { goOn } from './page-rules.ts';
import { commitPage, readNotices, readPage } from './page-store.ts';

const bodySchema = z.object({ kind: z.literal('page-failed'), pageId: z.string(), seq: z.int() });

/** Owed with the notice that will not arrive. */
export const failedWake = ({ pageId, seq }: PageNotice, dueAt: number): Wake => ({
  id: `${pageId}.f${String(seq)}`,
  queue: 'deliveries',
  dueAt,
  body: { kind: 'page-failed', pageId, seq },
});

/** Where nothing of a page's last step can arrive, nobody is waited for: the next step is due at once. */
export function createPageFailed(deps: PageDeps): QueueHandler {
  return async (message, scope) => {
    const { pageId, seq } = bodySchema.parse(message.body);
    await contended(deps, async () => {
      if (!(await readWake(deps.table, message))) return;
      const held = await readPage(deps.table, pageId);
      const notices = await readNotices(deps.table, pageId);
      const failed = notices.find((notice) => notice.seq === seq);
      scope.log(noticeEvents.channelFailed, { pageId, seq, target: failed?.target, trouble: failed?.lastTrouble });
      if (held === undefined || failed === undefined || !isInVain(held.page, failed, notices)) {
        await deleteWake(deps.table, message);
        return;
      }
      const moved = goOn(held.page, deps.clock.now());
      await commitPage(deps, { before: held, moved, done: message.rk }, scope);
    });
  };
}

/** The page waits after the very step that made this notice, and nothing else of that step has arrived or still may. */
function isInVain(page: Page, failed: PageNotice, notices: readonly PageNotice[]): boolean {
  if (page.state !== 'paging' || page.isStopped === true || page.turn !== failed.turn) return false;
  const group = notices.filter(
    ({ turn, action, run }) => run === failed.run && turn === failed.turn && action === 'triggered',
  );
  // Where people were asked, a room that has it answers for nobody.
  const people = group.filter(({ person }) => person !== undefined);
  return (people.length > 0 ? people : group).every(
    ({ state }) => state === 'gone' || state === 'given-up' || state === 'skipped',
  );
}
