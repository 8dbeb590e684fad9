import { fromIso, hourMs, minuteMs, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { EscalationRow } from './escalation.ts';

type BySeverity = Readonly<Record<EscalationRow['severity'], number>>;

/** Minutes until a person who has not answered is asked again; each wait is as long as all before it, at most a day. Our own. */
const firstWaitMinutes: BySeverity = { critical: 5, moderate: 15, minimal: 60 };
const longestWaitMs = 24 * hourMs;

/** Hours that the party to which a case was handed has to accept it. Our own. */
const acceptHours: BySeverity = { critical: 1, moderate: 4, minimal: 8 };

/** Hours between two questions how a case goes that nothing can read. Our own. */
const newsHours: BySeverity = { critical: 2, moderate: 24, minimal: 72 };

/** Milliseconds since the epoch: when to ask again what has been asked since `since`. */
export function askAgainAt({ severity }: Pick<EscalationRow, 'severity'>, since: string, nowMs: number): number {
  const firstWaitMs = firstWaitMinutes[severity] * minuteMs;
  return nowMs + Math.min(longestWaitMs, Math.max(firstWaitMs, nowMs - fromIso(since)));
}

export const acceptMs = ({ severity }: Pick<EscalationRow, 'severity'>): number => acceptHours[severity] * hourMs;

/** What a hand-off that begins now has of the clock of its acceptance. */
export const acceptanceFrom = (nowMs: number, row: Pick<EscalationRow, 'severity'>): { acceptBy: string } => ({
  acceptBy: toIso(nowMs + acceptMs(row)),
});

export const newsMs = ({ severity }: Pick<EscalationRow, 'severity'>): number => newsHours[severity] * hourMs;

export const holdsAt = ({ state, claimedUntil }: EscalationRow, nowMs: number): boolean =>
  state === 'claimed' && claimedUntil !== undefined && fromIso(claimedUntil) > nowMs;

/** From when on another may take a case over, having looked for it at Microsoft: who was held up may file until then. */
export const takeOverAt = ({ claimedUntil }: EscalationRow): number =>
  (claimedUntil === undefined ? 0 : fromIso(claimedUntil)) + limits.claimSettleMinutes * minuteMs;

/** A question has been answered. */
export const unasked = { askedAt: undefined, askAgainAt: undefined } as const;
