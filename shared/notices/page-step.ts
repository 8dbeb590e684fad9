import * as z from 'zod';
import { fromIso, toIso } from '../core/clock.ts';
import { contended } from '../platform/contended.ts';
import { deleteWake, readWake } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import type { Scope } from '../platform/telemetry.ts';
import { noticeEvents } from './events.ts';
import type { Page } from './page.ts';
import type { Looked, PageDeps } from './page-ports.ts';
import { runAgain, settle, stopped, walk, type Hours, type Moved } from './page-rules.ts';
import { stillStands } from './page-standing.ts';
import { commitPage, enlist, readPage } from './page-store.ts';
import type { Policy } from './reach-policy.ts';

const bodySchema = z.object({ kind: z.literal('page-step'), pageId: z.string(), turn: z.int() });

/**
 * Takes the steps of a page that are due. Who was paged is in the row, so a step is taken once however often its wake comes; a
 * worker that loses a race looks again.
 */
export function createPageStep(deps: PageDeps): QueueHandler {
  return async (message, scope) => {
    const { pageId, turn } = bodySchema.parse(message.body);
    await contended(deps, async () => {
      if (!(await readWake(deps.table, message))) return;
      const held = await readPage(deps.table, pageId);
      if (held?.page.turn !== turn) {
        await deleteWake(deps.table, message);
        return;
      }
      const moved = await move(deps, held.page);
      const { after } = moved;
      if (after.startedAt !== held.page.startedAt) await enlist(deps.table, after);
      await commitPage(deps, { before: held, moved, done: message.rk }, scope);
      tell(scope, moved);
    });
  };
}

function tell(scope: Scope, { after, told }: Moved): void {
  const event = after.state === 'exhausted' ? noticeEvents.pageExhausted : noticeEvents.pageStepped;
  scope.log(event, { pageId: after.id, run: after.run, state: after.state, notices: told.length });
}

async function move(deps: PageDeps, page: Page): Promise<Moved> {
  const nowMs = deps.clock.now();
  // Early, by another instance's clock: owed again at its time.
  if (page.dueAt !== undefined && nowMs < fromIso(page.dueAt))
    return { after: { ...page, turn: page.turn + 1 }, told: [] };
  const standing = await stillStands(deps, page);
  if (standing === undefined) return settle(page, nowMs);
  const policy = await deps.policies.version(page.policyVersion);
  if (policy === undefined) throw new Error(`page ${page.id} began with a policy that is not there`);
  if (page.isStopped === true) return expired(deps, { page, policy, standing, nowMs });
  return walk(page, { policy, hours: await hoursOf(policy, nowMs), nowMs });
}

type Expired = { page: Page; policy: Policy; standing: Looked; nowMs: number };

/** An acknowledgement holds on where something happened with the request since. */
async function expired(deps: PageDeps, { page, policy, standing, nowMs }: Expired): Promise<Moved> {
  const { acknowledgedAt } = page;
  if (acknowledgedAt !== undefined && standing.changedAt > acknowledgedAt) {
    const renewed = { ...page, turn: page.turn + 1, acknowledgedAt: toIso(nowMs) };
    return { after: stopped(renewed, policy, nowMs), told: [] };
  }
  const current = await deps.policies.current();
  const isThere = current?.teams.some(({ id }) => id === page.ownerId) === true;
  return runAgain(page, isThere ? current : policy, nowMs);
}

/** Calendars are heavy: they load with the first page. */
async function hoursOf(policy: Policy, nowMs: number): Promise<Hours> {
  const { reachableFrom, reachableMinutes, waitEnds } = await import('./reach-windows.ts');
  const windowsOf = (personId: string) => policy.people.find(({ id }) => id === personId)?.windows;
  return {
    isReachable: (personId) => {
      const windows = windowsOf(personId);
      return windows !== undefined && reachableMinutes(windows, nowMs) > 0;
    },
    waitEnds: (step) => waitEnds(policy, step, nowMs),
    nextReachable: (people) => {
      const times = people.flatMap((id) => {
        const windows = windowsOf(id);
        const from = windows === undefined ? undefined : reachableFrom(windows, nowMs);
        return from === undefined ? [] : [from];
      });
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}
