import * as z from 'zod';
import { fromIso, secondMs, toIso } from '../core/clock.ts';
import { deleteWake, readWake, sendWakes, wakeOp, type Wake, type WakeMessage } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { wins, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { afterTry, nextTryMs, type TryResult } from './delivery-rules.ts';
import { noticeEvents } from './events.ts';
import { failedWake } from './page-failed.ts';
import { makeLink } from './page-link.ts';
import { messageOf, sourceOf } from './page-message.ts';
import { noticeIdOf, noticeRow, pagePartition, sendWake, type Page, type PageNotice } from './page.ts';
import type { PageSendDeps } from './page-ports.ts';
import { post } from './page-post.ts';
import { readNotice, readNotices, readPage, type HeldNotice } from './page-store.ts';
import type { Target } from './reach-policy.ts';

const bodySchema = z.object({ kind: z.literal('page-send'), pageId: z.string(), seq: z.int() });

/** A page is let through before its end is told: the other side must not hear them the other way round. */
const afterPageMs = 10 * secondMs;
const patienceTries = 3;

/**
 * One try of one notice. Result and next wake are one transaction; a worker that dies, or two with one message, repeat the same
 * id, by which the other side tells them apart.
 */
export function createPageSend(deps: PageSendDeps): QueueHandler {
  return async (message, scope) => {
    if (!(await readWake(deps.table, message))) return;
    const { pageId, seq } = bodySchema.parse(message.body);
    const [held, paged] = await Promise.all([readNotice(deps.table, pageId, seq), readPage(deps.table, pageId)]);
    if (held?.notice.state !== 'pending' || paged === undefined) {
      await deleteWake(deps.table, message);
      return;
    }
    const heard = await heardOf(deps, held.notice);
    if (heard === 'perhaps') {
      const later = { ...held.notice, nextTryAt: toIso(deps.clock.now() + afterPageMs) };
      await record(deps, { message, held, next: later, isWaiting: true }, scope);
      return;
    }
    const result: TryResult =
      heard === 'no'
        ? { kind: 'skipped', trouble: 'it was not paged over this channel' }
        : await attempt(deps, held.notice, paged.page);
    const next = afterTry(held.notice, result, { nowMs: deps.clock.now(), random: deps.random });
    await record(deps, { message, held, next, isWaiting: false }, scope);
  };
}

/** Whether a channel has heard of the page that this notice follows. `perhaps`: it is on its way. */
async function heardOf({ table }: PageSendDeps, notice: PageNotice): Promise<'yes' | 'no' | 'perhaps'> {
  if (notice.action === 'triggered') return 'yes';
  const pages = (await readNotices(table, notice.pageId)).filter(
    ({ action, run, target }) => action === 'triggered' && run === notice.run && target === notice.target,
  );
  if (pages.some(({ state, tries }) => state === 'pending' && tries < patienceTries)) return 'perhaps';
  return pages.some(({ tries }) => tries > 0) ? 'yes' : 'no';
}

async function attempt(deps: PageSendDeps, notice: PageNotice, page: Page): Promise<TryResult> {
  const trouble = overtaken(notice, page);
  if (trouble !== undefined) return { kind: 'skipped', trouble };
  const target = await targetOf(deps, notice, page);
  if (target === undefined) return { kind: 'skipped', trouble: 'the policy has no such target any more' };
  const source = sourceOf(page, notice);
  const { includeTitle } = target;
  const looked = source && (await deps.look(source, { title: includeTitle }));
  const message = messageOf({
    ...{ notice, page, looked, includeTitle },
    acknowledgedBy: await nameOf(deps, notice.by, page),
    acknowledgeUrl: await linkFor(deps, notice),
  });
  return post(deps, target, { id: noticeIdOf(notice), message });
}

/** A page that nobody needs any more by the time it could be sent. */
function overtaken(notice: PageNotice, page: Page): string | undefined {
  if (notice.action === 'settled') return undefined;
  if (page.run !== notice.run) return 'a new run began';
  if (page.state === 'settled') return 'the matter is over';
  const { acknowledgedAt } = page;
  const isAnswered = acknowledgedAt !== undefined && fromIso(acknowledgedAt) >= fromIso(notice.createdAt);
  return notice.action === 'triggered' && isAnswered ? 'it was acknowledged meanwhile' : undefined;
}

/** Steps are those the page began with; where a channel stands is as of now, so that one that broke can be mended. */
async function targetOf(
  { policies }: PageSendDeps,
  { target: id }: PageNotice,
  page: Page,
): Promise<Target | undefined> {
  const then = (await policies.version(page.policyVersion))?.targets.find((one) => one.id === id);
  const now = (await policies.current())?.targets.find((one) => one.id === id);
  return now?.kind === then?.kind ? now : then;
}

async function nameOf({ policies }: PageSendDeps, by: string | undefined, page: Page): Promise<string | undefined> {
  if (by === undefined) return undefined;
  return (await policies.version(page.policyVersion))?.people.find(({ id }) => id === by)?.name;
}

async function linkFor(deps: PageSendDeps, notice: PageNotice): Promise<string | undefined> {
  const { publicUrl } = deps;
  const { action, person, pageId, run } = notice;
  if (publicUrl === undefined || action !== 'triggered' || person === undefined) return undefined;
  return `${publicUrl}/api/acknowledge/${await makeLink(deps, { pageId, run, person })}`;
}

type Recorded = { message: WakeMessage; held: HeldNotice; next: PageNotice; isWaiting: boolean };

async function record(deps: PageSendDeps, { message, held, next, isWaiting }: Recorded, scope: Scope): Promise<void> {
  const dueAt = nextTryMs(next);
  const hasFailed =
    next.action === 'triggered' && (next.state === 'gone' || next.state === 'given-up' || isRefused(next));
  const wakes: Wake[] = [
    ...(dueAt === undefined ? [] : [isWaiting ? again(next, dueAt) : sendWake(next, dueAt)]),
    ...(hasFailed ? [failedWake(next, deps.clock.now())] : []),
  ];
  const pk = pagePartition(next.pageId);
  const ops: TableOp[] = [
    { kind: 'replace', rk: held.row.rk, columns: noticeRow.toColumns(next), etag: held.row.etag },
    { kind: 'delete', rk: message.rk },
    ...wakes.map((wake) => wakeOp(wake, scope)),
  ];
  const isOurs = await wins(deps.table, pk, ops);
  if (!isOurs) return;
  await sendWakes(deps, { place: { table: 'deliveries', pk }, wakes }, scope);
  if (isWaiting) return;
  const { pageId, seq, target, state, lastStatus, lastTrouble } = next;
  const event = state === 'delivered' ? noticeEvents.pageSent : noticeEvents.pageNotSent;
  scope.log(event, { pageId, seq, target, state, lastStatus, lastTrouble });
}

const isRefused = ({ state, lastTrouble }: PageNotice): boolean =>
  state === 'skipped' && lastTrouble === 'refused-address';

/** A wait is no try: its wake is told from that of the try by its time. */
const again = (notice: PageNotice, dueAt: number): Wake => {
  const wake = sendWake(notice, dueAt);
  return { ...wake, id: `${wake.id}.w` };
};
