import { AppError } from '../core/errors.ts';
import { toIso } from '../core/clock.ts';
import type { CaseFact, EscalationEvent, EscalationRow, EscalationState } from './escalation.ts';

/** Which state may follow which. */
const moves: Record<EscalationState, readonly EscalationState[]> = {
  intended: ['filed', 'awaiting-filing', 'parked', 'joined', 'cancelled'],
  'awaiting-filing': ['claimed', 'filed', 'joined', 'cancelled'],
  claimed: ['claimed', 'awaiting-filing', 'filed', 'cancelled'],
  filed: ['filed', 'following', 'closed'],
  following: ['following', 'closed'],
  closed: [],
  joined: ['joined', 'closed', 'cancelled', 'intended', 'awaiting-filing'],
  parked: ['intended', 'awaiting-filing', 'filed', 'cancelled'],
  'handed-off': ['handed-off', 'accepted', 'declined', 'cancelled'],
  accepted: ['accepted', 'closed', 'cancelled'],
  declined: [],
  cancelled: [],
};

export const mayMove = (from: EscalationState, to: EscalationState): boolean => moves[from].includes(to);

/** Refuses what the rules do not know, saying from where and to where. */
export function illegalMove(from: EscalationState, to: EscalationState): AppError {
  return new AppError('illegal-transition', `An escalation that is ${from} cannot become ${to}.`, {
    members: { from, to },
  });
}

export type Move = {
  to: EscalationState;
  what: EscalationEvent['what'];
  nowMs: number;
  by?: string;
  note?: string;
  text?: string;
  fact?: CaseFact;
  change?: Partial<EscalationRow>;
};

export type Moved = { after: EscalationRow; event: EscalationEvent };

/** The escalation one event later, and that event. Throws `illegal-transition` for a move that does not exist. */
export function move(row: EscalationRow, { to, what, nowMs, change, ...told }: Move): Moved {
  if (!mayMove(row.state, to)) throw illegalMove(row.state, to);
  const after: EscalationRow = { ...row, ...change, state: to, version: row.version + 1, updatedAt: toIso(nowMs) };
  return { after, event: eventOf(after, { what, from: row.state, ...told }) };
}

/** The escalation one event later, in the state that it is in. */
export function tell(row: EscalationRow, { what, nowMs, change, ...told }: Omit<Move, 'to'>): Moved {
  const after: EscalationRow = { ...row, ...change, version: row.version + 1, updatedAt: toIso(nowMs) };
  return { after, event: eventOf(after, { what, from: row.state, ...told }) };
}

type Told = Pick<EscalationEvent, 'what' | 'from' | 'by' | 'note' | 'text' | 'fact'>;

export function eventOf(row: EscalationRow, { what, from, by, note, text, fact }: Told): EscalationEvent {
  return {
    escalationId: row.id,
    version: row.version,
    at: row.updatedAt,
    what,
    state: row.state,
    channel: row.channel,
    ...(from !== undefined && { from }),
    ...(row.vehicle !== undefined && { vehicle: row.vehicle }),
    ...(row.caseNumber !== undefined && { caseNumber: row.caseNumber }),
    ...(by !== undefined && { by }),
    ...(note !== undefined && { note }),
    ...(text !== undefined && { text }),
    ...(fact !== undefined && { fact }),
  };
}
