import * as z from 'zod';
import { AppError, notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Answer } from '../platform/route.ts';
import { carried, written } from './carry.ts';
import { followerOf } from './channel-table.ts';
import { isAtMicrosoft, type EscalationRow } from './escalation.ts';
import { personCall, type PersonCall } from './person-call.ts';
import type { EscalationDeps } from './ports.ts';
import { newWish, nextWishKey, readWish, replaceWishOp, wishWake } from './wish.ts';

export const updateBodySchema = z.strictObject({ text: z.string().trim().min(1).max(limits.commentCharacters) });
export type UpdateBody = z.output<typeof updateBodySchema>;

export const carriedBodySchema = z.strictObject({});

/** A text of a person to Microsoft: done by the desk where it can write on the case, else shown for a person to carry. */
export const createUpdate = (deps: EscalationDeps) =>
  personCall<UpdateBody>(deps, 'updates', async (row, _claimants, { body, caller, nowMs }) => {
    checkHasCase(row);
    checkHasRoom(row);
    const key = await nextWishKey(deps, row.id, 'message');
    const { wish, content, ops } = newWish(row, { key, kind: 'message', by: caller.id, text: body.text }, nowMs);
    if (followerOf(deps, row)) return { after: row, wakes: [wishWake(wish, nowMs)], more: ops };
    const { after, event, ops: waiting } = carried(row, wish, { nowMs, text: content });
    // Nothing wakes it: a person takes it from here.
    return { after, event, more: [...ops, ...waiting], carry: { [key]: content.text } };
  });

/** A person has written it to Microsoft. */
export function createCarried(deps: EscalationDeps) {
  return async ({ key, ...call }: PersonCall<unknown> & { key: string }): Promise<Answer> =>
    personCall(deps, `carried|${key}`, async (row, _claimants, { caller, nowMs }) => {
      const one = await readWish(deps.tables('escalations'), row.id, key);
      if (!one) throw notFound();
      if (!row.toCarry?.some(({ id }) => id === key)) {
        if (one.wish.state === 'done') return { same: row };
        throw new AppError('illegal-transition', 'The desk writes this itself.', { members: { from: one.wish.state } });
      }
      const done = { ...one, wish: { ...one.wish, state: 'done' as const } };
      return { ...written(row, one.wish, { nowMs, by: caller.id }), more: [replaceWishOp(done)] };
    })(call);
}

function checkHasRoom({ toCarry = [] }: EscalationRow): void {
  if (toCarry.length < limits.textsToCarry) return;
  throw new AppError(
    'illegal-transition',
    'Too many texts wait for a person: write them to Microsoft and tell so first.',
  );
}

function checkHasCase({ state, joinedTo }: EscalationRow): void {
  if (isAtMicrosoft({ state })) return;
  const detail =
    joinedTo === undefined
      ? `An escalation that is ${state} has no open case at Microsoft to write on.`
      : `It shares the case of escalation ${joinedTo}: write there.`;
  throw new AppError('illegal-transition', detail, {
    members: { from: state, ...(joinedTo !== undefined && { joinedTo }) },
  });
}
