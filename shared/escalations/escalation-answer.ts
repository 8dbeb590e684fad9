import type { Caller } from '../core/caller.ts';
import { fromIso, hourMs, minuteMs, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { escalationSchema, type Escalation, type EscalationRow } from './escalation.ts';
import type { Content } from './escalation-store.ts';
import { withoutLink } from './replay.ts';

type Asking = { caller: Pick<Caller, 'id'>; nowMs: number };

/** The name of who claimed it last, or the id where the name is not there any more. */
export const claimantOf = ({ claimedBy }: EscalationRow, claimants: Content['claimants']): string | undefined =>
  claimedBy === undefined ? undefined : (claimants?.[claimedBy] ?? claimedBy);

const isClaimant = (row: EscalationRow, { caller, nowMs }: Asking): boolean =>
  row.claimedBy === caller.id &&
  row.state !== 'awaiting-filing' &&
  (row.state !== 'claimed' || (row.claimedUntil !== undefined && fromIso(row.claimedUntil) > nowMs));

/**
 * An escalation as a caller sees it: the link into the customer's tenant is for the claimant alone. Members come in the order of
 * the schema, so that an answer given again is the same text.
 */
export function toAnswer(row: EscalationRow, content: Content, asking: Asking): Escalation {
  const { packet, claimants, override } = content;
  const by = claimantOf(row, claimants);
  return escalationSchema.parse({
    id: row.id,
    requestIds: row.requestIds,
    state: row.state,
    version: row.version,
    vehicle: row.vehicle,
    channel: row.channel,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    caseNumber: row.caseNumber,
    caseStatus: row.caseStatus,
    filedAt: row.filedAt,
    reasons: row.reasons,
    override,
    handedOffTo: row.handedOffTo,
    packet: packet && (isClaimant(row, asking) ? packet : withoutLink(packet)),
    claim: by !== undefined && row.claimedUntil !== undefined ? { by, until: row.claimedUntil } : undefined,
    clocks: clocksOf(row),
    parkedReason: row.parkedReason,
    toCarry: toCarryOf(row.toCarry, content),
  });
}

/** With the texts that are there still; undefined where nothing waits. */
const toCarryOf = (items: EscalationRow['toCarry'], { carry }: Content): Escalation['toCarry'] =>
  items && items.length > 0 ? items.map((item) => ({ ...item, text: carry?.[item.id] })) : undefined;

function clocksOf(row: EscalationRow): Escalation['clocks'] {
  const clocks: Escalation['clocks'] = [];
  if (row.state === 'claimed' && row.claimedUntil !== undefined) {
    const startedAt = toIso(fromIso(row.claimedUntil) - limits.claimMinutes * minuteMs);
    const how = `A claim holds for ${String(limits.claimMinutes)} minutes.`;
    clocks.push({ clock: 'claim', startedAt, dueAt: row.claimedUntil, how });
  }
  if (row.filedAt !== undefined && row.responseHours !== undefined) {
    const dueAt = toIso(fromIso(row.filedAt) + row.responseHours * hourMs);
    const how = `Filed, and ${String(row.responseHours)} h by the vehicle for severity ${row.severity}.`;
    clocks.push({ clock: 'microsoft-first-response', startedAt: row.filedAt, dueAt, how });
  }
  return clocks;
}
