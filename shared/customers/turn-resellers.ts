import { dayMs, toIso } from '../core/clock.ts';
import { SourceFailure } from './customers-source.ts';
import { failed, type RunTurn } from './directory-leg.ts';
import { resellersOp } from './resellers.ts';

/** The resellers of a provider, once a day: who they are. Which customers are whose comes with the customers' details and hints. */
export const resellersTurn: RunTurn = async (deps, leg) => {
  const head = leg.baton.head.value;
  try {
    const resellers = await deps.resellers.all(leg.connection.id);
    const turn = { dueAt: toIso(leg.startedAt + dayMs), failures: 0 };
    return { head, turn, calls: 1, ops: [resellersOp(resellers)] };
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    return failed(deps, { leg, kind: 'resellers', head, calls: 1 }, error);
  }
};
