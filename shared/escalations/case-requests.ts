import * as z from 'zod';
import { AppError, notFound } from '../core/errors.ts';
import { contended } from '../platform/contended.ts';
import type { Answer } from '../platform/route.ts';
import { isOpen, type EscalationRow } from './escalation.ts';
import { toAnswer } from './escalation-answer.ts';
import { illegalMove } from './escalation-rules.ts';
import {
  contentIn,
  escalationsOf,
  partitionOfEscalation,
  readContentRows,
  readEscalation,
} from './escalation-store.ts';
import type { PersonCall } from './person-call.ts';
import { joinByHand } from './join-by-hand.ts';
import { ownRequestOf } from './joining.ts';
import type { EscalationDeps } from './ports.ts';
import { answerOps, keyedCall, replayed, type KeyedCall } from './replay.ts';
import { leaveCase, tendJoined } from './tend-joined.ts';

/** As in the ids of escalations, which begin with it. */
const requestIdSchema = z.string().regex(/^[a-z2-7]{10,60}$/);

export const caseRequestsBodySchema = z.union([
  z.strictObject({ join: requestIdSchema }),
  z.strictObject({ leave: requestIdSchema }),
]);
export type CaseRequestsBody = z.output<typeof caseRequestsBodySchema>;

/** A person brings a request onto a case that is open, or takes it off. Said again, it changes nothing. */
export function createCaseRequests(deps: EscalationDeps) {
  return async (call: PersonCall<CaseRequestsBody>): Promise<Answer> => {
    const { headers, caller, body, escalationId } = call;
    const keyed = keyedCall({ headers, caller, route: `requests|${escalationId}`, about: escalationId, body });
    return contended(deps, async () => once(deps, call, keyed));
  };
}

async function once(
  deps: EscalationDeps,
  call: PersonCall<CaseRequestsBody>,
  keyed: KeyedCall | undefined,
): Promise<Answer> {
  const { escalationId, body, caller } = call;
  const table = deps.tables('escalations');
  const lead = await readEscalation(table, escalationId);
  if (!lead) throw notFound();
  const pk = partitionOfEscalation(escalationId);
  const rows = await readContentRows(table, escalationId);
  const earlier = keyed && (await replayed({ table, pk, rows }, keyed));
  if (earlier) return earlier;
  if ('join' in body) await join(deps, { call, lead: lead.row, requestId: body.join });
  else await leave(deps, { call, lead: lead.row, requestId: body.leave });
  const now = await readEscalation(table, escalationId);
  const row = now?.row ?? lead.row;
  const answer = { status: 200, body: toAnswer(row, contentIn(rows, row.id), { caller, nowMs: deps.clock.now() }) };
  const kept = answerOps(keyed, answer, row.claimedBy);
  if (kept.length > 0) await table.transact(pk, kept);
  return answer;
}

type Asked = { call: PersonCall<CaseRequestsBody>; lead: EscalationRow; requestId: string };

/** The escalation is written first; the case knows of it before this answers, or by the wake that is owed. */
async function join(deps: EscalationDeps, { call, lead, requestId }: Asked): Promise<void> {
  const known = await escalationsOf(deps.tables('escalations'), requestId);
  const open = known.find((row) => isOpen(row.state));
  const isSharing = open?.id === lead.id || open?.joinedTo === lead.id;
  if (open && !isSharing) {
    const detail = `The request has an escalation of its own, ${open.id}. It can share this case once that is over.`;
    throw new AppError('illegal-transition', detail, { members: { escalationId: open.id } });
  }
  const id = open?.id ?? (await joinByHand(deps, { call, lead, requestId, known }));
  await tendJoined(deps, id, call.scope);
}

async function leave(deps: EscalationDeps, { call, lead, requestId }: Asked): Promise<void> {
  if (requestId === ownRequestOf(lead)) {
    const detail = 'The case was opened for this request. Close the request: what shares the case goes its own way.';
    throw new AppError('illegal-transition', detail);
  }
  const known = await escalationsOf(deps.tables('escalations'), requestId);
  const shared = known.filter((row) => row.joinedTo === lead.id);
  const sharing = shared.find((row) => row.state === 'joined') ?? shared.at(-1);
  if (!sharing) throw new AppError('illegal-transition', 'The request does not share this case.');
  if (sharing.state === 'closed') throw illegalMove(sharing.state, 'cancelled');
  const note = 'A person took the request off the case that it shared.';
  await leaveCase(deps, { id: sharing.id, what: 'left', by: call.caller.id, note }, call.scope);
  await tendJoined(deps, sharing.id, call.scope);
}
