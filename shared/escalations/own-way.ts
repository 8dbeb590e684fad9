import type { Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { isOver } from './escalatable.ts';
import type { EscalationRow } from './escalation.ts';
import { commitChange, eventWake, readContent, readEscalation, stepWake, type Held } from './escalation-store.ts';
import { goneOwnWay, goneToAnother, joinWake, left, meetingsOf, ownRequestOf } from './joining.ts';
import { checkStillClaimed, claimIncidents } from './open-cases.ts';
import type { EscalationDeps } from './ports.ts';

/**
 * What becomes of an escalation whose shared case came to nothing: the first of those that shared it gets a case of its own, the
 * others share that one. One that nobody waits for, or that cannot be filed, is given back to the desk.
 */
export async function goOwnWay(
  deps: EscalationDeps,
  { held, lead }: { held: Held; lead: EscalationRow | undefined },
  scope: Scope,
): Promise<void> {
  const { row } = held;
  const table = deps.tables('escalations');
  const note = await whyOver(deps, row);
  const nowMs = deps.clock.now();
  if (note !== undefined) {
    const { after, event } = left(row, { nowMs, what: 'cancelled', note });
    await commitChange(deps, { held, after, event, wakes: [eventWake(event, nowMs)] }, scope);
    return;
  }
  const wanted = [...(row.incidentIds ?? []), ...(lead ? meetingsOf(lead) : [])];
  const { connectionId, id } = row;
  const claimed = await claimIncidents(table, { connectionId, escalationId: id, incidentIds: wanted, nowMs });
  if (claimed.heldBy !== undefined) {
    const other = await readEscalation(table, claimed.heldBy);
    const { after, event } = goneToAnother(row, { id: claimed.heldBy, lead: other?.row }, nowMs);
    const wakes = [eventWake(event, nowMs), joinWake(after, nowMs)];
    await commitChange(deps, { held, after, event, wakes }, scope);
    return;
  }
  const joined = await stillSharing(table, row);
  const { after, event } = goneOwnWay(row, { incidentIds: claimed.incidentIds, joined }, nowMs);
  checkStillClaimed(claimed, deps.clock.now());
  const wakes = [eventWake(event, nowMs), ...(after.state === 'intended' ? [stepWake(after, nowMs)] : [])];
  await commitChange(deps, { held, after, event, wakes }, scope);
}

/** Those that still look to it, who would be told by nobody if it forgot them. */
async function stillSharing(table: Table, { id, joined = [] }: EscalationRow): Promise<string[]> {
  const rows = await Promise.all(joined.map(async (one) => readEscalation(table, one)));
  return rows.flatMap((held) => (held?.row.state === 'joined' && held.row.joinedTo === id ? [held.row.id] : []));
}

async function whyOver(deps: EscalationDeps, row: EscalationRow): Promise<string | undefined> {
  const request = await deps.requests.readForEscalation(ownRequestOf(row));
  if (request === undefined || isOver(request)) {
    return 'The case that it shared was given up, and the request is over.';
  }
  const { packet } = await readContent(deps.tables('escalations'), row.id);
  return packet && request.erasedAt === undefined
    ? undefined
    : 'The case that it shared was given up, and it is not ready for one of its own. Escalate it again.';
}
