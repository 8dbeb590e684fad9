import { fromIso, minuteMs } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { EscalationRow, EscalationState } from './escalation.ts';

/** In these a case may have been filed after the export that the row came back from; what is at Microsoft is read there again. */
const doubtful: ReadonlySet<string> = new Set<EscalationState>([
  'intended',
  'awaiting-filing',
  'claimed',
  'joined',
  'parked',
]);

/** Whether a row in this state, restored from an export, must be looked for at Microsoft before anything is filed for it. */
export const isInDoubt = (state: string): boolean => doubtful.has(state);

/** Whoever claimed a case whose claim was lost may still have filed it for so long after the desk was away. */
export const lostClaimMs = (limits.claimMinutes + limits.claimSettleMinutes) * minuteMs;

/** From when on a look at Microsoft says that a restored case was not filed. Milliseconds since the epoch. */
export const lookFrom = ({ restoredAt }: Pick<EscalationRow, 'restoredAt'>): number =>
  restoredAt === undefined ? 0 : fromIso(restoredAt) + lostClaimMs;

/** The doubt is over: it was looked for, or its number is known. */
export const settled = { restoredAt: undefined } as const;
