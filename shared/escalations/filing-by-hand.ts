import * as z from 'zod';
import { fromIso, minuteMs, toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { takeOverAt, unasked } from './asking.ts';
import { claimedByAnother } from './claim.ts';
import type { EscalationRow } from './escalation.ts';
import { settled } from './restored.ts';
import { illegalMove, mayMove, move, tell } from './escalation-rules.ts';
import type { Content } from './escalation-store.ts';
import { personCall, type Asked, type Outcome } from './person-call.ts';
import type { EscalationDeps } from './ports.ts';

/** 16 digits as Microsoft 365 and Azure number cases, or 14 or 15 as Partner Center does. */
export const filingBodySchema = z.strictObject({
  caseNumber: z.string().regex(/^\d{14,16}$/, 'Give the number of the case: 14 to 16 digits, no spaces.'),
  filedAt: z.iso.datetime({ offset: true }).optional(),
});
export type FilingBody = z.output<typeof filingBodySchema>;

type Claimants = Content['claimants'];

/**
 * The number of the case, told by who claimed it, at any time: also late, also after another took it over; and by anybody who
 * found the case at Microsoft once the claim has ended. The first number counts; another one is refused and kept, to be closed.
 */
function filingRule(row: EscalationRow, claimants: Claimants, asked: Asked<FilingBody>): Outcome {
  const { caller, nowMs } = asked;
  if (row.claimedBy === caller.id || claimants?.[caller.id] !== undefined) {
    const over = notTheFirst(row, asked);
    if (over) return over;
  } else if (row.restoredAt === undefined && (row.state !== 'claimed' || nowMs < takeOverAt(row))) {
    if (row.claimedBy === undefined || row.state === 'awaiting-filing') throw illegalMove(row.state, 'filed');
    throw claimedByAnother(row, claimants, nowMs);
  }
  if (row.state !== 'claimed' && row.state !== 'awaiting-filing') throw illegalMove(row.state, 'filed');
  return numbered(row, asked);
}

/** A number of somebody who had it in hand, where it is known, or is not the case's that is followed. */
function notTheFirst(row: EscalationRow, asked: Asked<FilingBody>): Outcome | undefined {
  if (row.caseNumber === asked.body.caseNumber) return { same: row };
  if (row.caseNumber !== undefined) return secondCase(row, asked);
  return row.state === 'cancelled' ? unwantedCase(row, asked) : undefined;
}

function numbered(row: EscalationRow, asked: Asked<FilingBody>): Outcome {
  const { body, caller, nowMs } = asked;
  const isHolders = row.claimedBy === caller.id;
  const change = {
    caseNumber: body.caseNumber,
    filedAt: filedAtOf(row, asked),
    claimedBy: caller.id,
    ...(!isHolders && { claimedUntil: undefined }),
    ...unasked,
    ...settled,
    turn: row.turn + 1,
  };
  return {
    ...move(row, {
      to: 'filed',
      what: 'filed',
      nowMs,
      by: caller.id,
      ...(!isHolders && { note: row.restoredAt === undefined ? toldByAnother : foundAgain }),
      change,
    }),
    claimant: { id: caller.id, by: caller.name },
  };
}

const toldByAnother =
  'The number was told by another person than who had claimed it last: whoever was about to file must not, and closes a case that was filed besides.';

const foundAgain =
  'The desk had come back from a backup that did not know this number yet: somebody found the case at Microsoft and told it.';

function filedAtOf(row: EscalationRow, { body, nowMs }: Asked<FilingBody>): string {
  const filedAt = body.filedAt === undefined ? nowMs : fromIso(body.filedAt);
  if (filedAt <= nowMs + minuteMs && filedAt >= fromIso(row.createdAt) - minuteMs) return toIso(filedAt);
  throw new AppError('invalid-body', 'filedAt must lie between the beginning of the escalation and now.', {
    errors: [{ path: 'filedAt', message: 'Not between the beginning of the escalation and now.' }],
  });
}

const otherNumbersKept = 10;

/** The case keeps the number that it has. Everybody is told once of each other one, as long as the case is followed. */
function secondCase(row: EscalationRow, { body, caller, nowMs }: Asked<FilingBody>): Outcome {
  const refusal = new AppError(
    'illegal-transition',
    `The case has the number ${String(row.caseNumber)} already. If ${body.caseNumber} is another case, close it at Microsoft and name the first one there.`,
    { members: { from: row.state, to: 'filed', caseNumber: row.caseNumber } },
  );
  const known = row.otherCaseNumbers ?? [];
  const isNews = !known.includes(body.caseNumber) && known.length < otherNumbersKept;
  if (!isNews || !mayMove(row.state, row.state)) return { same: row, refusal };
  return {
    ...move(row, {
      to: row.state,
      what: 'second-case',
      nowMs,
      by: caller.id,
      note: `A second case, ${body.caseNumber}, may exist at Microsoft besides ${String(row.caseNumber)}: it must be closed.`,
      change: { otherCaseNumbers: [...known, body.caseNumber] },
    }),
    refusal,
  };
}

/** Filed while the request was being closed: nobody follows that case, so everybody is told once that it is there. */
function unwantedCase(row: EscalationRow, { body, caller, nowMs }: Asked<FilingBody>): Outcome {
  const refusal = new AppError(
    'illegal-transition',
    `The request was closed before a case was told. Close ${body.caseNumber} at Microsoft; if it is needed still, reopen the request and escalate it again.`,
    { members: { from: row.state, to: 'filed' } },
  );
  const known = row.otherCaseNumbers ?? [];
  if (known.includes(body.caseNumber) || known.length >= otherNumbersKept) return { same: row, refusal };
  const note = `A case, ${body.caseNumber}, may exist at Microsoft although the request was closed: it must be closed.`;
  const change = { otherCaseNumbers: [...known, body.caseNumber] };
  return { ...tell(row, { what: 'second-case', nowMs, by: caller.id, note, change }), refusal };
}

export const createFiling = (deps: EscalationDeps) => personCall(deps, 'filing', filingRule);
