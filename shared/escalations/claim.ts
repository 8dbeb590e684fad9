import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { fromIso, minuteMs, toIso } from '../core/clock.ts';
import { AppError, notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { contended } from '../platform/contended.ts';
import type { Wake } from '../platform/outbox.ts';
import type { Answer } from '../platform/route.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { EscalationRow } from './escalation.ts';
import { claimantOf, toAnswer } from './escalation-answer.ts';
import { illegalMove, move, type Moved } from './escalation-rules.ts';
import { redriven } from './filing.ts';
import {
  claimOp,
  commitChange,
  contentIn,
  eventWake,
  partitionOfEscalation,
  readContentRows,
  readEscalation,
  stepWake,
  type Content,
} from './escalation-store.ts';
import type { EscalationDeps } from './ports.ts';
import { answerOps, keyedCall, replayed, type KeyedCall } from './replay.ts';

export const claimBodySchema = z.strictObject({});

/** 16 digits as Microsoft 365 and Azure number cases, or 14 or 15 as Partner Center does. */
export const filingBodySchema = z.strictObject({
  caseNumber: z.string().regex(/^\d{14,16}$/, 'Give the number of the case: 14 to 16 digits, no spaces.'),
  filedAt: z.iso.datetime({ offset: true }).optional(),
});
export type FilingBody = z.output<typeof filingBodySchema>;

export const redriveBodySchema = z.strictObject({});
export type RedriveBody = z.output<typeof redriveBodySchema>;

export type PersonCall<Body> = {
  escalationId: string;
  body: Body;
  caller: Extract<Caller, { kind: 'person' }>;
  headers: Headers;
  scope: Scope;
};

type Claimant = { id: string; by: string };

/** What a call makes of an escalation: an event, a change nobody is told of, or nothing because it is so already. */
type Outcome = { claimant?: Claimant } & (Moved | { after: EscalationRow } | { same: EscalationRow });

type Rule<Body> = (
  row: EscalationRow,
  claimants: Content['claimants'],
  call: { body: Body; caller: Caller; nowMs: number },
) => Outcome;

const claimedByAnother = (row: EscalationRow, claimants: Content['claimants']): AppError =>
  new AppError('claimed-by-another', 'Another person is filing this; two cases must not come of it.', {
    members: { claim: { by: claimantOf(row, claimants), until: row.claimedUntil } },
  });

const holdsAt = (row: EscalationRow, nowMs: number): boolean =>
  row.state === 'claimed' && row.claimedUntil !== undefined && fromIso(row.claimedUntil) > nowMs;

/** A claim by its holder prolongs it; one that has run out can be taken over. */
function claimRule(
  row: EscalationRow,
  claimants: Content['claimants'],
  { caller, nowMs }: { caller: Caller; nowMs: number },
): Outcome {
  if (row.state === 'claimed' && row.claimedBy !== caller.id && holdsAt(row, nowMs))
    throw claimedByAnother(row, claimants);
  const claimedUntil = toIso(nowMs + limits.claimMinutes * minuteMs);
  if (row.state === 'claimed' && row.claimedBy === caller.id) {
    return { after: { ...row, claimedUntil, updatedAt: toIso(nowMs), turn: row.turn + 1 } };
  }
  if (row.channel !== 'assisted') throw illegalMove(row.state, 'claimed');
  const name = caller.kind === 'person' ? caller.name : caller.id;
  return {
    ...move(row, {
      to: 'claimed',
      what: 'claimed',
      nowMs,
      by: caller.id,
      change: { claimedBy: caller.id, claimedUntil, turn: row.turn + 1 },
    }),
    claimant: { id: caller.id, by: name },
  };
}

/** The claim has run out: the case goes back to those that wait. Who had it may still tell a number that came late. */
export function expireClaim(row: EscalationRow, nowMs: number): Moved {
  const change = { claimedUntil: undefined, turn: row.turn + 1 };
  return move(row, { to: 'awaiting-filing', what: 'claim-expired', nowMs, change });
}

/** The claimant tells the number, also after the claim ran out as long as nobody took it over. The same number again changes nothing. */
function filingRule(
  row: EscalationRow,
  claimants: Content['claimants'],
  { body, caller, nowMs }: { body: FilingBody; caller: Caller; nowMs: number },
): Outcome {
  const isClaimants = row.claimedBy === caller.id;
  if (!isClaimants && row.claimedBy !== undefined && row.state !== 'awaiting-filing')
    throw claimedByAnother(row, claimants);
  if (isClaimants && row.caseNumber === body.caseNumber) return { same: row };
  if (row.state !== 'claimed' && !(row.state === 'awaiting-filing' && isClaimants))
    throw illegalMove(row.state, 'filed');
  const filedAt = body.filedAt === undefined ? nowMs : fromIso(body.filedAt);
  if (filedAt > nowMs + minuteMs || filedAt < fromIso(row.createdAt) - minuteMs) {
    throw new AppError('invalid-body', 'filedAt must lie between the beginning of the escalation and now.', {
      errors: [{ path: 'filedAt', message: 'Not between the beginning of the escalation and now.' }],
    });
  }
  const change = { caseNumber: body.caseNumber, filedAt: toIso(filedAt), turn: row.turn + 1 };
  return move(row, { to: 'filed', what: 'filed', nowMs, by: caller.id, change });
}

export const createClaim = (deps: EscalationDeps) => personCall(deps, 'claim', claimRule);
export const createFiling = (deps: EscalationDeps) => personCall(deps, 'filing', filingRule);
export const createRedrive = (deps: EscalationDeps) =>
  personCall<RedriveBody>(deps, 'redrive', (row, _claimants, { caller, nowMs }) =>
    redriven(row, { nowMs, by: caller.id }),
  );

function personCall<Body>(deps: EscalationDeps, name: string, rule: Rule<Body>) {
  return async (call: PersonCall<Body>): Promise<Answer> => {
    const { headers, caller, body, escalationId } = call;
    const keyed = keyedCall({ headers, caller, route: `${name}|${escalationId}`, about: escalationId, body });
    return contended(deps, async () => once(deps, { call, keyed, rule }));
  };
}

type Once<Body> = { call: PersonCall<Body>; keyed: KeyedCall | undefined; rule: Rule<Body> };

async function once<Body>(deps: EscalationDeps, { call, keyed, rule }: Once<Body>): Promise<Answer> {
  const { escalationId, caller, body, scope } = call;
  const table = deps.tables('escalations');
  const held = await readEscalation(table, escalationId);
  if (!held) throw notFound();
  const pk = partitionOfEscalation(escalationId);
  const rows = await readContentRows(table, escalationId);
  const earlier = keyed && (await replayed({ table, pk, rows }, keyed));
  if (earlier) return earlier;
  const content = contentIn(rows, escalationId);
  const nowMs = deps.clock.now();
  const outcome = rule(held.row, content.claimants, { body, caller, nowMs });
  const after = 'same' in outcome ? outcome.same : outcome.after;
  const { claimant } = outcome;
  const shown = claimant ? { ...content, claimants: { ...content.claimants, [claimant.id]: claimant.by } } : content;
  const answer = { status: 200, body: toAnswer(after, shown, { caller, nowMs }) };
  const kept = answerOps(keyed, answer, after.claimedBy);
  if ('same' in outcome) {
    if (kept.length > 0) await table.transact(pk, kept);
    return answer;
  }
  const event = 'event' in outcome ? outcome.event : undefined;
  await commitChange(
    deps,
    {
      held,
      after,
      ...(event && { event }),
      wakes: [...(event ? [eventWake(event, nowMs)] : []), ...nextSteps(after, nowMs)],
      more: [...(claimant ? [claimOp(after.id, claimant)] : []), ...kept],
    },
    scope,
  );
  return answer;
}

/** What the desk itself does next: files, follows, or takes back a claim that runs out. */
function nextSteps(row: EscalationRow, nowMs: number): Wake[] {
  if (row.state === 'filed' || row.state === 'intended') return [stepWake(row, nowMs)];
  if (row.state === 'claimed' && row.claimedUntil !== undefined) return [stepWake(row, fromIso(row.claimedUntil))];
  return [];
}
