import * as z from 'zod';
import { AppError, notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { contended } from '../platform/contended.ts';
import type { Wake } from '../platform/outbox.ts';
import type { Answer } from '../platform/route.ts';
import type { TableOp } from '../platform/table.ts';
import { carried, written } from './carry.ts';
import { followerOf } from './channel-table.ts';
import type { PersonCall } from './person-call.ts';
import type { EscalationEvent, EscalationRow } from './escalation.ts';
import { toAnswer } from './escalation-answer.ts';
import {
  commitChange,
  contentIn,
  eventWake,
  partitionOfEscalation,
  readContentRows,
  readEscalation,
  type Content,
  type Held,
} from './escalation-store.ts';
import type { EscalationDeps } from './ports.ts';
import { answerOps, keyedCall, replayed, type KeyedCall } from './replay.ts';
import { newWish, nextWishKey, readWish, replaceWishOp, wishWake } from './wish.ts';

export const updateBodySchema = z.strictObject({ text: z.string().trim().min(1).max(limits.commentCharacters) });
export type UpdateBody = z.output<typeof updateBodySchema>;

export const carriedBodySchema = z.strictObject({});

/** What a call makes of an escalation: the head as it is then, with all that is written beside it; or nothing, as it is so already. */
type Effect =
  { after: EscalationRow; event?: EscalationEvent; wakes: Wake[]; more: TableOp[]; carry?: Content['carry'] } | 'none';

type Decide = (held: Held, nowMs: number) => Promise<Effect>;

/** A text of a person to Microsoft: done by the desk where it can write on the case, else shown for a person to carry. */
export function createUpdate(deps: EscalationDeps) {
  return async (call: PersonCall<UpdateBody>): Promise<Answer> =>
    changed(deps, { call, route: 'updates', body: call.body }, async ({ row }, nowMs) => {
      checkHasCase(row);
      checkHasRoom(row);
      const key = await nextWishKey(deps.tables('escalations'), row.id, 'message');
      const by = call.caller.id;
      const { wish, content, ops } = newWish(row, { key, kind: 'message', by, text: call.body.text }, nowMs);
      if (followerOf(deps, row)) return { after: row, wakes: [wishWake(wish, nowMs)], more: ops };
      const waiting = carried(row, wish, { nowMs, text: content });
      const { after, event } = waiting;
      // Nothing wakes it: a person takes it from here.
      return { after, event, wakes: [], more: [...ops, ...waiting.ops], carry: { [key]: content.text } };
    });
}

/** A person has written it to Microsoft. */
export function createCarried(deps: EscalationDeps) {
  return async ({ key, ...call }: PersonCall<unknown> & { key: string }): Promise<Answer> =>
    changed(deps, { call, route: `carried|${key}`, body: call.body }, async ({ row }, nowMs) => {
      const one = await readWish(deps.tables('escalations'), row.id, key);
      if (!one) throw notFound();
      if (!row.toCarry?.some(({ id }) => id === key)) {
        if (one.wish.state === 'done') return 'none';
        throw new AppError('illegal-transition', 'The desk writes this itself.', { members: { from: one.wish.state } });
      }
      const done = { ...one, wish: { ...one.wish, state: 'done' as const } };
      return { ...written(row, one.wish, { nowMs, by: call.caller.id }), wakes: [], more: [replaceWishOp(done)] };
    });
}

function checkHasRoom({ toCarry = [] }: EscalationRow): void {
  if (toCarry.length < limits.textsToCarry) return;
  throw new AppError(
    'illegal-transition',
    'Too many texts wait for a person: write them to Microsoft and tell so first.',
  );
}

function checkHasCase({ state, joinedTo }: EscalationRow): void {
  if (state === 'filed' || state === 'following') return;
  const detail =
    joinedTo === undefined
      ? `An escalation that is ${state} has no open case at Microsoft to write on.`
      : `It shares the case of escalation ${joinedTo}: write there.`;
  throw new AppError('illegal-transition', detail, {
    members: { from: state, ...(joinedTo !== undefined && { joinedTo }) },
  });
}

type Changing = { call: Omit<PersonCall<unknown>, 'body'>; route: string; body: unknown };

async function changed(deps: EscalationDeps, { call, route, body }: Changing, decide: Decide): Promise<Answer> {
  const { headers, caller, escalationId } = call;
  const keyed = keyedCall({ headers, caller, route: `${route}|${escalationId}`, about: escalationId, body });
  return contended(deps, async () => once(deps, { call, keyed }, decide));
}

type Once = { call: Changing['call']; keyed: KeyedCall | undefined };

async function once(deps: EscalationDeps, { call, keyed }: Once, decide: Decide): Promise<Answer> {
  const { escalationId, caller, scope } = call;
  const table = deps.tables('escalations');
  const held = await readEscalation(table, escalationId);
  if (!held) throw notFound();
  const pk = partitionOfEscalation(escalationId);
  const rows = await readContentRows(table, escalationId);
  const earlier = keyed && (await replayed({ table, pk, rows }, keyed));
  if (earlier) return earlier;
  const nowMs = deps.clock.now();
  const effect = await decide(held, nowMs);
  const content = contentIn(rows, escalationId);
  const shown = effect === 'none' ? content : { ...content, carry: { ...content.carry, ...effect.carry } };
  const after = effect === 'none' ? held.row : effect.after;
  const answer = { status: 200, body: toAnswer(after, shown, { caller, nowMs }) };
  const kept = answerOps(keyed, answer, after.claimedBy);
  if (effect === 'none') {
    if (kept.length > 0) await table.transact(pk, kept);
    return answer;
  }
  const { event, wakes, more } = effect;
  const all = [...(event ? [eventWake(event, nowMs)] : []), ...wakes];
  await commitChange(deps, { held, after, ...(event && { event }), wakes: all, more: [...more, ...kept] }, scope);
  return answer;
}
