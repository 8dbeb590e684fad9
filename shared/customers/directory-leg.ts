import type { Random } from '../core/ids.ts';
import type { TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { ApplyPageDeps } from './apply-page.ts';
import type { DeskCloud, PartnerConnection } from './cloud.ts';
import type { AuditSource, ResellersSource, SourceFailure } from './customers-source.ts';
import type { Directory, Turn, TurnKind } from './directory.ts';
import { failedTurn, type Turns } from './directory-turns.ts';
import { customerEvents } from './events.ts';
import type { Hint } from './hint.ts';
import type { HeldBaton, RelayDeps } from './relay.ts';

/** What every turn of a directory works with. */
export type DirectoryDeps = RelayDeps &
  ApplyPageDeps & { random: Random; cloud: DeskCloud; audit: AuditSource; resellers: ResellersSource };

export type DirectoryLeg = {
  baton: HeldBaton<Directory>;
  connection: PartnerConnection;
  turns: Turns;
  /** Ids of customers that the pass has seen so far; a turn may add to it. */
  seen: Set<string>;
  hints: readonly Hint[];
  startedAt: number;
  scope: Scope;
};

/**
 * What a turn came to. `calls` to Partner Center; `hinted`: what it wrote hints about; `dropped`: row keys of hints that were
 * followed; `pausedUntil`: nobody may call before.
 */
export type TurnResult = {
  head: Directory;
  turn: Turn;
  calls: number;
  hinted?: Hint['what'] | undefined;
  dropped?: readonly string[];
  ops?: TableOp[];
  /** Another kind of turn that is due now. */
  alsoDue?: TurnKind;
  pausedUntil?: string;
};

export type RunTurn = (deps: DirectoryDeps, leg: DirectoryLeg) => Promise<TurnResult>;

/** A turn that failed: logged, and again later. A throttling is meant for all turns, but no question about resellers stops the rest. */
export function failed(
  deps: DirectoryDeps,
  { leg, kind, head, calls }: { leg: DirectoryLeg; kind: TurnKind; head: Directory; calls: number },
  failure: SourceFailure,
): TurnResult {
  const { reason, status, code } = failure;
  leg.scope.log(customerEvents.directoryDelayed, { connectionId: leg.connection.id, turn: kind, reason, status, code });
  const turn = failedTurn(deps, kind, { turn: leg.turns[kind], failure });
  const isSide = kind === 'resellers' || kind === 'served';
  const paused = reason === 'throttled' && !isSide && { pausedUntil: turn.dueAt };
  return { head, turn, calls, ...paused };
}
