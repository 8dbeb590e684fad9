import { fromIso, minuteMs } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { readRestored } from '../platform/restored-desk.ts';
import type { Table } from '../platform/table.ts';
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

/** Since when it is in doubt whether a case was filed; empty where it is not. */
export type Doubt = Pick<EscalationRow, 'restoredAt'>;

/**
 * For what a person is to file: on a desk that came back from an export the request may have been escalated before, and a case filed, of
 * which no row is left. Not in doubt is only what came in after filing was released.
 */
export async function doubtAbout(desk: Pick<Table, 'get'>, request: { createdAt: string } | undefined): Promise<Doubt> {
  const back = await readRestored(desk);
  if (!back) return {};
  const { restoredAt, released } = back.restored;
  const isNew = released !== undefined && request !== undefined && fromIso(request.createdAt) >= fromIso(released.at);
  return isNew ? {} : { restoredAt };
}

/** An escalation as it begins. What the desk files itself it looks for by its name anyway. */
export const begunInDoubt = async (
  desk: Pick<Table, 'get'>,
  request: { createdAt: string },
  row: EscalationRow,
): Promise<EscalationRow> =>
  row.state === 'awaiting-filing' || row.state === 'joined' ? { ...row, ...(await doubtAbout(desk, request)) } : row;

/** The doubt is over: it was looked for, or its number is known. */
export const settled = { restoredAt: undefined } as const;
