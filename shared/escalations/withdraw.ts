import { contended } from '../platform/contended.ts';
import type { Scope } from '../platform/telemetry.ts';
import { unasked } from './asking.ts';
import { isOver, type EscalatableRequest } from './escalatable.ts';
import type { EscalationRow } from './escalation.ts';
import { move, type Moved } from './escalation-rules.ts';
import { commitChange, escalationsOf, eventWake, readEscalation } from './escalation-store.ts';
import { cancelled } from './filing.ts';
import { ownRequestOf } from './joining.ts';
import type { EscalationDeps } from './ports.ts';
import { leaveCase } from './tend-joined.ts';

/**
 * Takes back the escalations that wait for a person, or share a case, once their request is closed: nobody is to file them any
 * more. One that the desk files itself asks before it files, and one whose ticket may exist is looked for first. What another party
 * has accepted is over once its request is resolved or closed. Idempotent.
 */
export async function cancelWithdrawn(deps: EscalationDeps, requestId: string, scope: Scope): Promise<void> {
  for (const { id } of (await escalationsOf(deps.tables('escalations'), requestId)).filter(waitsForPerson)) {
    await contended(deps, async () => endOne(deps, id, scope));
  }
}

const waitsForPerson = ({ state, intentAt }: EscalationRow): boolean =>
  ['joined', 'awaiting-filing', 'claimed', 'handed-off', 'accepted'].includes(state) ||
  (state === 'parked' && intentAt === undefined);

async function endOne(deps: EscalationDeps, id: string, scope: Scope): Promise<void> {
  const held = await readEscalation(deps.tables('escalations'), id);
  if (held === undefined || !waitsForPerson(held.row)) return;
  // Others that share the case go their own way once it is given up.
  const request = await deps.requests.readForEscalation(ownRequestOf(held.row));
  if (held.row.state === 'joined') {
    if (request?.state !== 'closed') return;
    await leaveCase(deps, { id, what: 'cancelled', note: 'The request was closed.' }, scope);
    return;
  }
  const nowMs = deps.clock.now();
  const ended = endOf(held.row, request, nowMs);
  if (!ended) return;
  const { after, event } = ended;
  await commitChange(deps, { held, after, event, wakes: [eventWake(event, nowMs)] }, scope);
}

/** Undefined as long as its request still needs it. */
function endOf(row: EscalationRow, request: EscalatableRequest | undefined, nowMs: number): Moved | undefined {
  if (request === undefined) return undefined;
  if (row.state === 'accepted') {
    return isOver(request) ? move(row, { to: 'closed', what: 'closed', nowMs, note: solved }) : undefined;
  }
  if (request.state !== 'closed') return undefined;
  return cancelled({ ...row, claimedUntil: undefined, parkedReason: undefined, ...unasked }, nowMs);
}

const solved = 'The request that another party had accepted is solved or closed.';
