import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { fromIso, minuteMs } from '../core/clock.ts';
import { AppError, notFound } from '../core/errors.ts';
import { contended } from '../platform/contended.ts';
import type { Answer } from '../platform/route.ts';
import type { Scope } from '../platform/telemetry.ts';
import { isOpen, type EscalationEvent, type EscalationRow, type Override } from './escalation.ts';
import { toAnswer } from './escalation-answer.ts';
import { eventOf } from './escalation-rules.ts';
import {
  commitChange,
  escalationIdOf,
  escalationsOf,
  eventWake,
  overrideOp,
  packetOp,
  parseEscalationId,
  partitionOf,
  readContent,
  readContentRows,
  readEscalation,
  stemOf,
  type Content,
} from './escalation-store.ts';
import type { EscalatableRequest } from './escalatable.ts';
import { firstRow, ofItsOwn } from './first-row.ts';
import { gatherFacts } from './gather-facts.ts';
import { joinWake } from './joining.ts';
import type { OpenCase } from './open-case.ts';
import { checkStillClaimed, claimIncidents } from './open-cases.ts';
import { nextSteps } from './person-call.ts';
import type { EscalationDeps } from './ports.ts';
import { decide, type Decision } from './readiness.ts';
import type { Facts } from './facts.ts';
import { begunInDoubt } from './restored.ts';
import { answerOps, keyedCall, replayed, withoutLink, type KeyedCall } from './replay.ts';
import { vehicles } from './vehicle.ts';

const reasonCharacters = 1_000;

export const escalateBodySchema = z
  .strictObject({
    vehicle: z.enum(vehicles).optional(),
    force: z.boolean().optional(),
    reason: z.string().trim().min(1).max(reasonCharacters).optional(),
  })
  .refine((body) => (body.vehicle === undefined && body.force !== true) || body.reason !== undefined, {
    path: ['reason'],
    message: 'A vehicle or force needs a reason.',
  });
export type EscalateBody = z.output<typeof escalateBodySchema>;

export type EscalateCall = {
  requestId: string;
  body: EscalateBody;
  caller: Extract<Caller, { kind: 'person' }>;
  headers: Headers;
  scope: Scope;
};

const locationOf = (escalationId: string): string => `/api/escalations/${escalationId}`;

async function readRequest(deps: EscalationDeps, requestId: string): Promise<EscalatableRequest> {
  const request = await deps.requests.readForEscalation(requestId);
  if (!request) throw notFound();
  return request;
}

/** The next number, by the escalations that exist: the one that is written first is the one that counts. */
export const nextId = (requestId: string, known: readonly EscalationRow[]): string =>
  escalationIdOf(requestId, Math.max(0, ...known.map((row) => parseEscalationId(row.id)?.n ?? 0)) + 1);

/** A request whose person took it off a case does not share that case again unless a person says so. */
const leftCasesOf = (known: readonly EscalationRow[]): ReadonlySet<string> =>
  new Set(known.flatMap(({ leftBy, joinedTo }) => (leftBy !== undefined && joinedTo !== undefined ? [joinedTo] : [])));

/** What would happen now, without doing it. The packet comes without its link: that is for who claims. */
export function createPreview(deps: EscalationDeps) {
  return async (requestId: string): Promise<Answer> => {
    const request = await readRequest(deps, requestId);
    const known = await escalationsOf(deps.tables('escalations'), requestId);
    // The marker is the open escalation's: a case that somebody files by this packet is found by it.
    const escalationId = known.find(({ state }) => isOpen(state))?.id ?? nextId(requestId, known);
    const facts = await gatherFacts(deps, { request, escalationId, leftCases: leftCasesOf(known) });
    const { decision, reasons, vehicle, channel, packet, joins } = decide(facts);
    const shown = packet && withoutLink(packet);
    return {
      status: 200,
      body: {
        ...{ decision, reasons, ...(vehicle && { vehicle }), channel },
        ...(shown && { packet: shown }),
        ...(joins !== undefined && { joins }),
      },
    };
  };
}

/**
 * Begins an escalation: the row is there before the answer is, so that its address can be read and a second click finds it.
 * Throws `escalation-not-ready` with the reasons where the gate says blocked or wait.
 */
export function createEscalate(deps: EscalationDeps) {
  return async (call: EscalateCall): Promise<Answer> => {
    const { requestId, body, caller } = call;
    if (body.force === true && !caller.roles.has('Desk.Admin')) {
      throw new AppError('forbidden', 'Only an administrator may force an escalation.');
    }
    const about = stemOf(requestId);
    const keyed = keyedCall({ headers: call.headers, caller, route: `escalate|${requestId}`, about, body });
    // Somebody was quicker: the next look finds what they wrote.
    return contended(deps, async () => escalateOnce(deps, call, keyed));
  };
}

async function escalateOnce(deps: EscalationDeps, call: EscalateCall, keyed: KeyedCall | undefined): Promise<Answer> {
  const { requestId } = call;
  const table = deps.tables('escalations');
  const pk = partitionOf(requestId);
  const firstAnswer = async () =>
    keyed && replayed({ table, pk, rows: await readContentRows(table, stemOf(requestId)) }, keyed);
  if (keyed) {
    if (!(await deps.requests.isKnown(requestId))) throw notFound();
    const earlier = await firstAnswer();
    if (earlier) return earlier;
  }
  const request = await readRequest(deps, requestId);
  const known = await escalationsOf(table, requestId);
  const open = known.find((row) => isOpen(row.state));
  if (open) {
    const answer = accepted(deps, { row: open, content: await readContent(table, open.id), call });
    const ops = answerOps(keyed, answer, open.claimedBy);
    if (ops.length > 0) await table.transact(pk, ops);
    return toHttp(answer);
  }
  const escalationId = nextId(requestId, known);
  const { vehicle, force } = call.body;
  const leftCases = leftCasesOf(known);
  const facts = await gatherFacts(deps, { request, escalationId, wanted: { vehicle, force }, leftCases });
  const decision = decide(facts);
  if (decision.decision === 'blocked' || decision.decision === 'wait') {
    // Of two with one key the other may have been answered meanwhile, and what it began be over.
    const earlier = await firstAnswer();
    if (earlier) return earlier;
    throw notReady(decision);
  }
  const place = await placeOf(deps, { facts, decision, wantsOwn: wantsOwnCase(call.body, facts, leftCases) });
  const carried = 'lead' in place ? ofItsOwn(facts) : decision;
  const first = firstRow({
    deps,
    request,
    escalationId,
    decision: carried,
    customer: required(facts.customer),
    ...place,
  });
  const row = await begunInDoubt(deps.tables('desk'), request, first);
  checkStillClaimed(place.claimed, deps.clock.now());
  return begin(deps, { call, keyed, row, decision: carried });
}

const unseenMs = minuteMs;

/**
 * Whoever names a vehicle, or has left a case, or goes past the wait although there is an open case, wants a case of its own. One
 * that has just begun nobody can have seen: two who force at about the same time share one.
 */
function wantsOwnCase(
  { vehicle, force }: EscalateBody,
  { openCases, nowMs }: Facts,
  leftCases: ReadonlySet<string>,
): boolean {
  if (vehicle !== undefined) return true;
  const isSeen = ({ beganAt }: OpenCase) => beganAt === undefined || nowMs - fromIso(beganAt) >= unseenMs;
  return force === true && (leftCases.size > 0 || openCases.some(isSeen));
}

type Placing = { facts: Facts; decision: Decision; wantsOwn: boolean };

/** Whose case it is: another's that is open, or one of its own, which others find by the incidents that it claims first. */
async function placeOf(deps: EscalationDeps, { facts, decision, wantsOwn }: Placing) {
  const table = deps.tables('escalations');
  const incidentIds = decision.decision === 'ready' ? facts.openIncidents.map((incident) => incident.id) : [];
  const share = async (id: string) => ({ incidentIds, lead: { id, row: (await readEscalation(table, id))?.row } });
  const nowMs = deps.clock.now();
  const none = { incidentIds: [], atMs: nowMs };
  if (decision.joins !== undefined) return { ...(await share(decision.joins)), claimed: none };
  const { escalationId } = facts;
  const { connectionId } = required(facts.customer);
  const claimed = await claimIncidents(table, { connectionId, escalationId, incidentIds, nowMs }, wantsOwn);
  if (claimed.heldBy !== undefined) return { ...(await share(claimed.heldBy)), claimed: none };
  return { incidentIds: claimed.incidentIds, claimed };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the gate let a case through without its customer');
  return value;
}

function notReady({ decision, reasons, vehicle, channel }: Decision): AppError {
  return new AppError('escalation-not-ready', `The gate says ${decision}; see reasons.`, {
    members: { decision, reasons, ...(vehicle && { vehicle }), channel },
  });
}

type Begin = { call: EscalateCall; keyed: KeyedCall | undefined; row: EscalationRow; decision: Decision };

async function begin(deps: EscalationDeps, { call, keyed, row, decision }: Begin): Promise<Answer> {
  const now = deps.clock.now();
  const override = overrideOf(call);
  const content: Content = { ...(decision.packet && { packet: decision.packet }), ...(override && { override }) };
  const answer = accepted(deps, { row, content, call });
  const event = eventOf(row, { what: whatBegins(row), by: call.caller.id });
  await commitChange(
    deps,
    {
      after: row,
      event,
      wakes: [...nextSteps(row, now), ...(row.state === 'joined' ? [joinWake(row, now)] : []), eventWake(event, now)],
      more: [
        ...(decision.packet ? [packetOp(row.id, decision.packet)] : []),
        ...(override ? [overrideOp(row.id, override)] : []),
        ...answerOps(keyed, answer, row.claimedBy),
      ],
    },
    call.scope,
  );
  return toHttp(answer);
}

function whatBegins({ state }: EscalationRow): EscalationEvent['what'] {
  return state === 'joined' || state === 'handed-off' ? state : 'started';
}

const overrideOf = ({ body, caller }: EscalateCall): Override | undefined =>
  body.reason === undefined
    ? undefined
    : {
        by: caller.id,
        reason: body.reason,
        ...(body.vehicle && { vehicle: body.vehicle }),
        ...(body.force !== undefined && { force: body.force }),
      };

type Accepted = { row: EscalationRow; content: Content; call: EscalateCall };

const accepted = (deps: EscalationDeps, { row, content, call }: Accepted) => ({
  status: 202,
  location: locationOf(row.id),
  body: toAnswer(row, content, { caller: call.caller, nowMs: deps.clock.now() }),
});

const toHttp = ({ status, location, body }: ReturnType<typeof accepted>): Answer => ({
  status,
  body,
  headers: { location },
});
