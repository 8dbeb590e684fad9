import * as z from 'zod';
import { contended } from '../platform/contended.ts';
import { deleteWake, readWake, sendWakes, wakeOp } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { isRefusal, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { carried, written, type Refusal } from './carry.ts';
import { followerOf } from './channel-table.ts';
import type { WishOutcome } from './case-follower.ts';
import type { EscalationText } from './escalation.ts';
import {
  commitChange,
  eventWake,
  partitionOfEscalation,
  readEscalation,
  readText,
  type Held,
} from './escalation-store.ts';
import { escalationEvents } from './events.ts';
import { doubted, lastingCode, troubled } from './filing.ts';
import type { Passing } from './filing-channel.ts';
import type { EscalationDeps } from './ports.ts';
import {
  caseRefOf,
  newWish,
  nextWishKey,
  readWish,
  replaceWishOp,
  toCaseWish,
  wishWake,
  type HeldWish,
} from './wish.ts';

const wishBodySchema = z.object({
  kind: z.literal('escalation-wish'),
  escalationId: z.string(),
  key: z.string(),
  turn: z.int(),
});

type WishStep = { deps: EscalationDeps; held: Held; one: HeldWish; text: EscalationText; done: string; scope: Scope };

/**
 * Consumer of queue `escalations`: does one thing to a case at Microsoft, once. Whatever the other side does ends in the wish's row
 * and a later wake, or with a person; nothing is lost.
 */
export function createStepWish(deps: EscalationDeps): QueueHandler {
  return async ({ pk, rk, body }, scope) => {
    const table = deps.tables('escalations');
    const { escalationId, key, turn } = wishBodySchema.parse(body);
    if (!(await readWake(table, { pk, rk }))) return;
    const [held, one, text] = await Promise.all([
      readEscalation(table, escalationId),
      readWish(table, escalationId, key),
      readText(table, escalationId, key),
    ]);
    // Of an earlier turn; or its text was erased meanwhile, and nobody is to write it any more.
    if (held === undefined || one?.wish.turn !== turn || one.wish.state !== 'open' || text === undefined) {
      await deleteWake(table, { pk, rk });
      return;
    }
    await takeWish({ deps, held, one, text, done: rk, scope });
  };
}

async function takeWish(step: WishStep): Promise<void> {
  const { deps, held, one, text } = step;
  const follower = followerOf(deps, held.row);
  if (!follower || held.row.caseNumber === undefined) return conclude(step, 'carry');
  const ref = caseRefOf(deps, held.row);
  if (!ref) return later(step, { reason: 'connection not configured' });
  const tried = await markTried(step);
  if (!tried) return;
  const outcome = await follower.wish(ref, toCaseWish(one.wish, text), one.wish.tried);
  await settle({ ...step, one: tried }, outcome);
}

/** Before the first call, so that whoever comes after a crash looks first. Undefined where another worker has it. */
async function markTried({ deps, one, scope }: WishStep): Promise<HeldWish | undefined> {
  const { wish } = one;
  if (wish.tried) return one;
  const pk = partitionOfEscalation(wish.escalationId);
  const next = { ...wish, tried: true };
  try {
    const [etag = ''] = await deps.tables('escalations').transact(pk, [replaceWishOp({ ...one, wish: next })]);
    return { wish: next, etag };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    scope.log(escalationEvents.overtaken, { escalationId: wish.escalationId, wish: wish.key });
    return undefined;
  }
}

async function settle(step: WishStep, outcome: WishOutcome): Promise<void> {
  const { escalationId, key } = step.one.wish;
  step.scope.log(escalationEvents.step, { escalationId, wish: key, outcome: outcome.kind });
  if (outcome.kind === 'done') return conclude(step, 'done');
  if (outcome.kind !== 'refused') return later(step, outcome);
  step.scope.log(escalationEvents.refused, { escalationId, wish: key, code: outcome.code, upstream: outcome.upstream });
  // What the case is over for anyway has nothing to be carried.
  if (outcome.code === 'case-closed' && step.one.wish.kind !== 'message') return conclude(step, 'done');
  return outcome.code === 'severity-locked' ? askForIt(step) : conclude(step, 'carry', outcome);
}

/** Ends the wish and tells it, together with the head as it stands by then. */
async function conclude(step: WishStep, end: 'done' | 'carry', refusal?: Refusal): Promise<void> {
  const { deps, one, text, done, scope } = step;
  const table = deps.tables('escalations');
  await contended(deps, async () => {
    const { wish } = one;
    const [held, now] = await Promise.all([
      readEscalation(table, wish.escalationId),
      readWish(table, wish.escalationId, wish.key),
    ]);
    if (!held || now?.wish.turn !== wish.turn || now.wish.state !== 'open') return;
    const nowMs = deps.clock.now();
    const ended = { wish: { ...now.wish, state: end }, etag: now.etag };
    const told: ReturnType<typeof written> & { ops?: TableOp[] } =
      end === 'done'
        ? written(held.row, wish, { nowMs, by: wish.by })
        : carried(held.row, wish, { nowMs, text, ...(refusal && { refusal }) });
    const { after, event, ops = [] } = told;
    const more = [replaceWishOp(ended), ...ops];
    await commitChange(deps, { held, after, event, wakes: [eventWake(event, nowMs)], done, more }, scope);
  });
}

/** Only the engineer can change it now: the same is asked for in words, by a wish of its own. */
async function askForIt(step: WishStep): Promise<void> {
  const { deps, held, one } = step;
  const nowMs = deps.clock.now();
  const key = await nextWishKey(deps, held.row.id, 'message');
  const { by } = one.wish;
  const asking = newWish(
    held.row,
    { key, kind: 'message', text: step.text.text, ...(by !== undefined && { by }) },
    nowMs,
  );
  const ended = { wish: { ...one.wish, state: 'done' as const }, etag: one.etag };
  await write(step, [replaceWishOp(ended), ...asking.ops], wishWake(asking.wish, nowMs));
}

/** Again, ever later; a refusal that has not passed within a day is one. */
async function later(step: WishStep, trouble: Omit<Passing, 'kind'>): Promise<void> {
  const { deps, one } = step;
  const nowMs = deps.clock.now();
  const known = doubted(one.wish, trouble, nowMs);
  const lasting = lastingCode({ doubtedSince: known.doubtedSince, intentAt: undefined }, trouble, nowMs);
  if (lasting) return conclude(step, 'carry', { code: lasting, upstream: trouble.doubt?.upstream });
  const { retryAfterSeconds } = trouble;
  const { after: wish, dueAt } = troubled(known, { nowMs, random: deps.random, retryAfterSeconds });
  step.scope.log(escalationEvents.troubled, {
    escalationId: wish.escalationId,
    wish: wish.key,
    reason: trouble.reason,
  });
  await write(step, [replaceWishOp({ wish, etag: one.etag })], wishWake(wish, dueAt));
}

/** In place of the wake that led here. Where another worker was quicker, that one's end counts. */
async function write(
  { deps, one, done, scope }: WishStep,
  ops: TableOp[],
  wake: ReturnType<typeof wishWake>,
): Promise<void> {
  const pk = partitionOfEscalation(one.wish.escalationId);
  try {
    await deps.tables('escalations').transact(pk, [...ops, wakeOp(wake, scope), { kind: 'delete', rk: done }]);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    scope.log(escalationEvents.overtaken, { escalationId: one.wish.escalationId, wish: one.wish.key });
    return;
  }
  await sendWakes(deps, { place: { table: 'escalations', pk }, wakes: [wake] }, scope);
}
