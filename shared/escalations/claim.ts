import * as z from 'zod';
import { fromIso, minuteMs, toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { holdsAt, takeOverAt, unasked } from './asking.ts';
import type { EscalationRow } from './escalation.ts';
import { claimantOf } from './escalation-answer.ts';
import { illegalMove, move } from './escalation-rules.ts';
import type { Content } from './escalation-store.ts';
import { redriven } from './filing.ts';
import { lookFrom, settled } from './restored.ts';
import { isHeld, readRestored } from '../platform/restored-desk.ts';
import { carriedByAnother, givingWay } from './keep-case.ts';
import { personCall, type Asked, type Outcome } from './person-call.ts';
import type { EscalationDeps } from './ports.ts';

/**
 * `{}` claims, and prolongs one's own claim. `filed: false` by the claimant: no case was filed, others may claim. `looked: true` by
 * another: the claim has ended, and the packet's marker is not to be found at Microsoft; `lookedAt` says when, now if left out.
 */
export const claimBodySchema = z
  .strictObject({
    filed: z.literal(false).optional(),
    looked: z.literal(true).optional(),
    lookedAt: z.iso.datetime({ offset: true }).optional(),
  })
  .refine(({ filed, looked }) => filed === undefined || looked === undefined, {
    path: ['looked'],
    message: 'Give filed or looked, not both.',
  })
  .refine(({ looked, lookedAt }) => lookedAt === undefined || looked === true, {
    path: ['lookedAt'],
    message: 'Goes with looked.',
  });
export type ClaimBody = z.output<typeof claimBodySchema>;

/** `{}`: what parked it is mended. `byHand`: a person files it instead of the desk; `looked`: there is no ticket of the desk's. */
export const redriveBodySchema = z
  .strictObject({ byHand: z.literal(true).optional(), looked: z.literal(true).optional() })
  .refine(({ byHand, looked }) => looked === undefined || byHand === true, {
    path: ['looked'],
    message: 'Goes with byHand.',
  });
export type RedriveBody = z.output<typeof redriveBodySchema>;

type Claimants = Content['claimants'];

/** Who has it, until when, and what another person is to do. */
export function claimedByAnother(row: EscalationRow, claimants: Claimants, nowMs: number): AppError {
  const from = toIso(takeOverAt(row));
  const detail = holdsAt(row, nowMs)
    ? 'Another person is filing this; two cases must not come of it.'
    : `The claim of another person has ended, and nobody has said whether a case was filed. From ${from} on look for the packet's marker among the cases in the portal: claim with {"looked":true} if there is none; tell its number if there is one.`;
  return new AppError('claimed-by-another', detail, {
    members: {
      claim: { by: claimantOf(row, claimants), until: row.claimedUntil },
      ...(row.state === 'claimed' && { takeOverAt: from }),
    },
  });
}

function claimRule(row: EscalationRow, claimants: Claimants, asked: Asked<ClaimBody>): Outcome {
  const isMine = row.claimedBy === asked.caller.id;
  if (asked.body.filed === false) {
    if (!isMine && row.claimedBy !== undefined) throw claimedByAnother(row, claimants, asked.nowMs);
    return released(row, asked);
  }
  if (row.restoredAt !== undefined && !hasLooked(asked, lookFrom(row))) throw mustLook(row);
  if (row.state === 'claimed') {
    if (isMine) return prolonged(row, asked);
    if (!mayTakeOver(row, asked)) throw claimedByAnother(row, claimants, asked.nowMs);
    return claimed(row, asked, 'Taken over by a person who looked for the case at Microsoft and found none.');
  }
  if (row.channel !== 'assisted') throw illegalMove(row.state, 'claimed');
  return claimed(row, asked);
}

/** Who looked before the settle time was over may have missed what its claimant filed at the last moment. */
const mayTakeOver = (row: EscalationRow, asked: Asked<ClaimBody>): boolean =>
  hasLooked(asked, takeOverAt(row)) && !holdsAt(row, asked.nowMs);

function hasLooked({ body, nowMs }: Asked<ClaimBody>, from: number): boolean {
  const lookedAt = body.lookedAt === undefined ? nowMs : fromIso(body.lookedAt);
  return body.looked === true && lookedAt >= from && lookedAt <= nowMs + minuteMs;
}

/** It may have been filed after the export that it came back from, by whoever claimed it then. */
function mustLook(row: EscalationRow): AppError {
  const from = toIso(lookFrom(row));
  return new AppError(
    'filing-held',
    `The desk came back from a backup, and a case may have been filed since. From ${from} on look for the packet's marker among the cases in the portal: claim with {"looked":true} if there is none; tell its number if there is one.`,
    { members: { restoredAt: row.restoredAt, lookFrom: from } },
  );
}

const claimEnd = (nowMs: number): string => toIso(nowMs + limits.claimMinutes * minuteMs);

function claimed(row: EscalationRow, { caller, nowMs }: Asked<ClaimBody>, note?: string): Outcome {
  const change = { claimedBy: caller.id, claimedUntil: claimEnd(nowMs), ...unasked, ...settled, turn: row.turn + 1 };
  return {
    ...move(row, { to: 'claimed', what: 'claimed', nowMs, by: caller.id, ...(note !== undefined && { note }), change }),
    claimant: { id: caller.id, by: caller.name },
  };
}

/** Nobody is told, unless the claimant had been asked: that question is answered. */
function prolonged(row: EscalationRow, asked: Asked<ClaimBody>): Outcome {
  if (row.askedAt !== undefined) return claimed(row, asked, 'Claimed again by whoever had claimed it.');
  const { nowMs } = asked;
  const after = { ...row, ...settled, claimedUntil: claimEnd(nowMs), updatedAt: toIso(nowMs), turn: row.turn + 1 };
  return { after };
}

/** Who had it may still tell a number that turns up after all. */
function released(row: EscalationRow, { caller, nowMs }: Asked<ClaimBody>): Outcome {
  if (row.state === 'awaiting-filing' && row.claimedBy !== undefined) return { same: row };
  if (row.state !== 'claimed') throw illegalMove(row.state, 'awaiting-filing');
  return move(row, {
    to: 'awaiting-filing',
    what: 'claim-released',
    nowMs,
    by: caller.id,
    note: 'Whoever had claimed it says that no case was filed.',
    change: { claimedUntil: undefined, ...unasked, turn: row.turn + 1 },
  });
}

/** The link is shown to nobody who would file a second case with it. */
export const createClaim = (deps: EscalationDeps) =>
  personCall<ClaimBody>(deps, 'claim', async (row, claimants, asked) => {
    const outcome = claimRule(row, claimants, asked);
    if ('same' in outcome || outcome.after.state !== 'claimed') return outcome;
    const back = await readRestored(deps.tables('desk'));
    if (back && isHeld(back.restored)) throw heldNow(back.restored.restoredAt);
    const other = await carriedByAnother(deps, row, asked);
    return other ? { ...givingWay(row, other, asked.nowMs), refusal: sharesNow(other.id) } : outcome;
  });

const heldNow = (since: string): AppError =>
  new AppError(
    'filing-held',
    'The desk came back from a backup: nobody files anything until an administrator has released it. A number that is known can be told.',
    { members: { restoredAt: since } },
  );

const sharesNow = (joinedTo: string): AppError =>
  new AppError(
    'illegal-transition',
    `Escalation ${joinedTo} carries the case of this incident: this one shares it now.`,
    {
      members: { from: 'joined', to: 'claimed', joinedTo },
    },
  );

export const createRedrive = (deps: EscalationDeps) =>
  personCall<RedriveBody>(deps, 'redrive', (row, _claimants, { body, caller, nowMs }) =>
    redriven(row, { ...body, nowMs, by: caller.id }),
  );
