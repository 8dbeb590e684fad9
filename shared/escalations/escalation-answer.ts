import type { Caller } from '../core/caller.ts';
import { holdsAt } from './asking.ts';
import { severityOf } from './case-severity.ts';
import { microsoftClocksOf, microsoftStepOf } from './escalation-clocks.ts';
import type { EscalationRow } from './escalation.ts';
import { escalationSchema, type Escalation } from './escalation-view.ts';
import type { Content } from './escalation-store.ts';
import { clocksOf, nextStepOf } from './next-step.ts';
import { withoutLink } from './replay.ts';

type Asking = { caller: Pick<Caller, 'id'>; nowMs: number };

/** The name of who claimed it last, or the id where the name is not there any more. */
export const claimantOf = ({ claimedBy }: EscalationRow, claimants: Content['claimants']): string | undefined =>
  claimedBy === undefined ? undefined : (claimants?.[claimedBy] ?? claimedBy);

/** Whether the caller is whose claim holds, or who filed the case. */
export const isClaimant = (row: EscalationRow, { caller, nowMs }: Asking): boolean =>
  row.claimedBy === caller.id && row.state !== 'awaiting-filing' && (row.state !== 'claimed' || holdsAt(row, nowMs));

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
    joinedTo: row.joinedTo,
    caseNumber: row.caseNumber,
    caseStatus: row.caseStatus,
    caseSeverity: severityOf(row.caseSeverity),
    needsAnswer: row.needsAnswer,
    unreadable: row.unreadable,
    filedAt: row.filedAt,
    reasons: row.reasons,
    override,
    handedOffTo: row.handedOffTo,
    packet: packet && (isClaimant(row, asking) ? packet : withoutLink(packet)),
    claim: by !== undefined && row.claimedUntil !== undefined ? { by, until: row.claimedUntil } : undefined,
    clocks: [...clocksOf(row, asking.nowMs), ...microsoftClocksOf(row, asking.nowMs, content)],
    nextStep: microsoftStepOf(row, asking.nowMs, content) ?? nextStepOf(row, asking.nowMs),
    otherCaseNumbers: row.otherCaseNumbers,
    parkedReason: row.parkedReason,
    toCarry: toCarryOf(row.toCarry, content),
  });
}

/** With the texts that are there still; undefined where nothing waits. */
const toCarryOf = (items: EscalationRow['toCarry'], { carry }: Content): Escalation['toCarry'] =>
  items && items.length > 0 ? items.map((item) => ({ ...item, text: carry?.[item.id] })) : undefined;
