import * as z from 'zod';
import { AppError } from '../core/errors.ts';
import { isOpen, type EscalationRow } from './escalation.ts';
import { toAnswer } from './escalation-answer.ts';
import { illegalMove } from './escalation-rules.ts';
import { contentIn, escalationsOf, readEscalation } from './escalation-store.ts';
import { keepAnswer, keyedOnce, type PersonCall } from './person-call.ts';
import { joinByHand } from './join-by-hand.ts';
import { ownRequestOf } from './joining.ts';
import type { EscalationDeps } from './ports.ts';
import { answerOps } from './replay.ts';
import { leaveCase, tendJoined } from './tend-joined.ts';

/** As in the ids of escalations, which begin with it. */
const requestIdSchema = z.string().regex(/^[a-z2-7]{10,60}$/);

export const caseRequestsBodySchema = z.union([
  z.strictObject({ join: requestIdSchema }),
  z.strictObject({ leave: requestIdSchema }),
]);
export type CaseRequestsBody = z.output<typeof caseRequestsBodySchema>;

/** A person brings a request onto a case that is open, or takes it off. Said again, it changes nothing. */
export const createCaseRequests = (deps: EscalationDeps) =>
  keyedOnce<CaseRequestsBody>(deps, 'requests', async (call, { held, rows, keyed }) => {
    const { escalationId, body, caller } = call;
    if ('join' in body) await join(deps, { call, lead: held.row, requestId: body.join });
    else await leave(deps, { call, lead: held.row, requestId: body.leave });
    const now = await readEscalation(deps.tables('escalations'), escalationId);
    const row = now?.row ?? held.row;
    const answer = { status: 200, body: toAnswer(row, contentIn(rows, row.id), { caller, nowMs: deps.clock.now() }) };
    await keepAnswer(deps, escalationId, answerOps(keyed, answer, row.claimedBy));
    return answer;
  });

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
