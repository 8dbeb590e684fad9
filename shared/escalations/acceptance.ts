import * as z from 'zod';
import { toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { unasked } from './asking.ts';
import type { EscalationRow } from './escalation.ts';
import { move } from './escalation-rules.ts';
import { textOp, type Content } from './escalation-store.ts';
import { personCall, type Asked, type Outcome } from './person-call.ts';
import type { EscalationDeps } from './ports.ts';

/** What the party that a case was handed to has said. */
export const acceptanceBodySchema = z.strictObject({
  accepted: z.boolean(),
  reason: z.string().trim().min(1).max(limits.reasonCharacters).optional(),
});
export type AcceptanceBody = z.output<typeof acceptanceBodySchema>;

const told = {
  accepted: 'The party that it was handed to accepts it.',
  declined: 'The party that it was handed to declines it: the desk goes on with the request.',
};

/** An answer of the other party ends the waiting; the same answer again changes nothing. Its reason is content. */
function acceptanceRule(row: EscalationRow, _: Content['claimants'], asked: Asked<AcceptanceBody>): Outcome {
  const { body, caller, nowMs } = asked;
  const to = body.accepted ? 'accepted' : 'declined';
  if (row.state === to) return { same: row };
  const key = `${to}|${String(row.version + 1)}`;
  const text = body.reason === undefined ? undefined : key;
  const change = { ...unasked, turn: row.turn + 1 };
  return {
    ...move(row, { to, what: to, nowMs, by: caller.id, note: told[to], ...(text !== undefined && { text }), change }),
    ...(body.reason !== undefined && {
      more: [textOp(row.id, key, { from: 'partner', at: toIso(nowMs), text: body.reason })],
    }),
  };
}

export const createAcceptance = (deps: EscalationDeps) => personCall(deps, 'acceptance', acceptanceRule);
