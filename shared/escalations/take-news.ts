import type { TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { applySeen, type Applied, type CaseNews } from './case-news.ts';
import { commitChange, stepWake, textOp, type Held } from './escalation-store.ts';
import type { EscalationDeps } from './ports.ts';

export type Arrived = {
  held: Held;
  news: CaseNews;
  /** Row key of the wake that this is the effect of, and what else belongs to it. */
  done?: string;
  more?: readonly TableOp[];
};

/**
 * Brings news that came by themselves, as a mail does, onto an escalation in one transaction, and wakes it, so that what is due is
 * worked out anew. Writes nothing where nothing is new. Throws a table refusal where somebody else was quicker: read and take it again.
 */
export async function takeNews(
  deps: Pick<EscalationDeps, 'tables' | 'bus' | 'clock'>,
  { held, news, done, more = [] }: Arrived,
  scope: Scope,
): Promise<Applied> {
  const nowMs = deps.clock.now();
  const applied = applySeen(held.row, news, { nowMs });
  const change = applied.kind === 'applied' ? changeOf(applied, nowMs) : undefined;
  if (change === undefined && done === undefined && more.length === 0) return applied;
  const whole = { after: held.row, ...change, held, more: [...(change?.more ?? []), ...more] };
  await commitChange(deps, done === undefined ? whole : { ...whole, done }, scope);
  return applied;
}

function changeOf({ after: row, events, texts, ...applied }: Extract<Applied, { kind: 'applied' }>, nowMs: number) {
  if (!applied.hasChanged && !applied.readNow) return undefined;
  const isFollowed = row.state === 'filed' || row.state === 'following';
  const after = isFollowed ? { ...row, turn: row.turn + 1 } : row;
  return {
    after,
    events,
    wakes: isFollowed ? [stepWake(after, nowMs)] : [],
    more: texts.map(({ key, text }): TableOp => textOp(after.id, key, text)),
  };
}
