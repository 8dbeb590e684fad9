import type { Wake } from '../platform/outbox.ts';
import type { EscalationRow, Override } from './escalation.ts';
import type { Moved } from './escalation-rules.ts';
import { readEscalation } from './escalation-store.ts';
import { gaveWay, joinWake } from './joining.ts';
import { freeIncidents, haveRoom, renewClaims } from './open-cases.ts';
import type { EscalationDeps } from './ports.ts';

/** Another escalation that carries the case; `lead` is undefined where its row is still being written. */
export type OtherCase = { id: string; lead: EscalationRow | undefined };

/**
 * Asked before anything can be filed for the first time: whoever stood still between its claim on an incident and its row may
 * find that others took the claim for void meanwhile. Undefined where it carries the case, and from then on it does as long as it is
 * open and has room.
 */
export async function carriedByAnother(
  deps: Pick<EscalationDeps, 'tables'>,
  row: EscalationRow,
  { override, nowMs }: { override: Override | undefined; nowMs: number },
): Promise<OtherCase | undefined> {
  const { id, connectionId, incidentIds = [] } = row;
  // Whoever names a vehicle wants a case of its own in any event.
  if (incidentIds.length === 0 || wasAsked(row) || override?.vehicle !== undefined) return undefined;
  const table = deps.tables('escalations');
  const heldBy = await renewClaims(table, { connectionId, incidentIds, escalationId: id, nowMs });
  if (heldBy === undefined) return undefined;
  const lead = (await readEscalation(table, heldBy))?.row;
  if (!haveRoom(row, lead ?? {})) return undefined;
  await freeIncidents(table, row);
  return { id: heldBy, lead };
}

/** Once it was about to be filed its claim is sure, and a case of it may exist. */
const wasAsked = ({ attempt, claimedBy }: EscalationRow): boolean => attempt > 0 || claimedBy !== undefined;

/** The escalation shares the case of the other one, and whoever shares its own follows. */
export function givingWay(row: EscalationRow, other: OtherCase, nowMs: number): Moved & { wakes: Wake[] } {
  const moved = gaveWay(row, other, nowMs);
  return { ...moved, wakes: [joinWake(moved.after, nowMs)] };
}
