import { contended } from '../platform/contended.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { EscalationRow } from './escalation.ts';
import { commitChange, escalationsOf, eventWake, readEscalation } from './escalation-store.ts';
import { cancelled } from './filing.ts';
import { ownRequestOf } from './joining.ts';
import type { EscalationDeps } from './ports.ts';
import { leaveCase } from './tend-joined.ts';

/**
 * Takes back the escalations that wait for a person, or share a case, once their request is closed: nobody is to file them any more. One
 * that the desk files itself asks before it files, and one whose ticket may exist is looked for first. Idempotent.
 */
export async function cancelWithdrawn(deps: EscalationDeps, requestId: string, scope: Scope): Promise<void> {
  for (const { id } of (await escalationsOf(deps.tables('escalations'), requestId)).filter(waitsForPerson)) {
    await contended(deps, async () => cancelOne(deps, id, scope));
  }
}

const waitsForPerson = ({ state, intentAt }: EscalationRow): boolean =>
  state === 'joined' ||
  state === 'awaiting-filing' ||
  state === 'claimed' ||
  (state === 'parked' && intentAt === undefined);

async function cancelOne(deps: EscalationDeps, id: string, scope: Scope): Promise<void> {
  const held = await readEscalation(deps.tables('escalations'), id);
  if (held === undefined || !waitsForPerson(held.row)) return;
  // Others that share the case go their own way once it is given up.
  const request = await deps.requests.readForEscalation(ownRequestOf(held.row));
  if (request?.state !== 'closed') return;
  if (held.row.state === 'joined') {
    await leaveCase(deps, { id, what: 'cancelled', note: 'The request was closed.' }, scope);
    return;
  }
  const nowMs = deps.clock.now();
  const { after, event } = cancelled({ ...held.row, claimedUntil: undefined, parkedReason: undefined }, nowMs);
  await commitChange(deps, { held, after, event, wakes: [eventWake(event, nowMs)] }, scope);
}
