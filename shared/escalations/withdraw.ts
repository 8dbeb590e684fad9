import { contended } from '../platform/contended.ts';
import type { Scope } from '../platform/telemetry.ts';
import { unasked } from './asking.ts';
import type { EscalationRow } from './escalation.ts';
import { move, type Moved } from './escalation-rules.ts';
import { commitChange, escalationsOf, eventWake, readEscalation } from './escalation-store.ts';
import { cancelled } from './filing.ts';
import type { EscalationDeps } from './ports.ts';

/**
 * Takes back the escalations that wait for a person, once every request of theirs is closed: nobody is to file them any more. One
 * that the desk files itself asks before it files, and one whose ticket may exist is looked for first. What another party has
 * accepted is over once every request is resolved or closed. Idempotent.
 */
export async function cancelWithdrawn(deps: EscalationDeps, requestId: string, scope: Scope): Promise<void> {
  for (const { id } of (await escalationsOf(deps.tables('escalations'), requestId)).filter(waitsForPerson)) {
    await contended(deps, async () => endOne(deps, id, scope));
  }
}

const waitsForPerson = ({ state, intentAt }: EscalationRow): boolean =>
  ['awaiting-filing', 'claimed', 'handed-off', 'accepted'].includes(state) ||
  (state === 'parked' && intentAt === undefined);

async function endOne(deps: EscalationDeps, id: string, scope: Scope): Promise<void> {
  const held = await readEscalation(deps.tables('escalations'), id);
  if (held === undefined || !waitsForPerson(held.row)) return;
  const requests = await Promise.all(held.row.requestIds.map(async (one) => deps.requests.readForEscalation(one)));
  const nowMs = deps.clock.now();
  const ended = endOf(
    held.row,
    requests.map((request) => request?.state),
    nowMs,
  );
  if (!ended) return;
  const { after, event } = ended;
  await commitChange(deps, { held, after, event, wakes: [eventWake(event, nowMs)] }, scope);
}

/** Undefined as long as one of its requests still needs it. */
function endOf(row: EscalationRow, states: readonly (string | undefined)[], nowMs: number): Moved | undefined {
  if (row.state === 'accepted') {
    const isOver = states.every((state) => state === 'closed' || state === 'resolved');
    return isOver ? move(row, { to: 'closed', what: 'closed', nowMs, note: solved }) : undefined;
  }
  if (!states.every((state) => state === 'closed')) return undefined;
  return cancelled({ ...row, claimedUntil: undefined, parkedReason: undefined, ...unasked }, nowMs);
}

const solved = 'The request that another party had accepted is solved or closed.';
