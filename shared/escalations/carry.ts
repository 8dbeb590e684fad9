import { toIso } from '../core/clock.ts';
import { withFact } from './news-fold.ts';
import type { EscalationRow, EscalationText } from './escalation.ts';
import { tell, type Moved } from './escalation-rules.ts';
import { carryOp } from './escalation-store.ts';
import { whyOf } from './filing.ts';
import type { RefusalCode } from './filing-channel.ts';
import type { Wish } from './wish.ts';

export type Refusal = { code: RefusalCode; upstream?: string | undefined };

/** What the desk cannot write is shown with the escalation, with its reason, until a person says that it was carried. */
export function carried(
  row: EscalationRow,
  wish: Wish,
  more: { nowMs: number; text: EscalationText; refusal?: Refusal },
) {
  const { nowMs, text, refusal } = more;
  const why = refusal && whyOf(refusal.code, refusal.upstream);
  const item = { id: wish.key, at: wish.at, ...(why && { why }) };
  // Of severities and ends the last word counts.
  const isReplaced = (id: string) => id === wish.key || (wish.kind !== 'message' && id.startsWith(`${wish.kind}-`));
  const toCarry = [...(row.toCarry ?? []).filter(({ id }) => !isReplaced(id)), item];
  const moved = tell(row, {
    what: 'update-waits',
    nowMs,
    note: why ? `What is to be written to Microsoft waits for a person. ${why.text}` : waits,
    text: wish.key,
    change: { toCarry },
  });
  return { ...moved, ops: [carryOp(row.id, wish.key, text)] };
}

const waits = 'What is to be written to Microsoft waits for a person: the desk cannot write on this case.';

const told: Record<Wish['kind'], string> = {
  message: 'The partner wrote to Microsoft on the case.',
  severity: 'Microsoft was given another severity of the case.',
  close: 'Microsoft was told to close the case.',
};

/** Microsoft has it: by the desk, or by the person who carried it. */
export const written = (
  row: EscalationRow,
  wish: Wish,
  { nowMs, by }: { nowMs: number; by?: string | undefined },
): Moved => {
  // What was asked is answered with it.
  const fact = wish.kind === 'message' ? { at: toIso(nowMs), needsAnswer: false } : undefined;
  const moved = tell(row, {
    what: 'wrote-microsoft',
    nowMs,
    note: told[wish.kind],
    text: wish.key,
    ...(by !== undefined && { by }),
    ...(fact && { fact }),
    change: { toCarry: row.toCarry?.filter(({ id }) => id !== wish.key) },
  });
  return fact ? { ...moved, after: withFact(moved.after, fact) } : moved;
};
