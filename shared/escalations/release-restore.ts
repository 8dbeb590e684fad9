import { fromIso, toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { isHeld, readRestored, restoredOp, restorePartition, type RestoredDesk } from '../platform/restored-desk.ts';
import { wins } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { EscalationRow, EscalationState } from './escalation.ts';
import { listPage } from './escalation-list.ts';
import { readEscalation } from './escalation-store.ts';
import { escalationEvents } from './events.ts';
import type { EscalationDeps } from './ports.ts';
import type { ReleaseBody, RestoredDeskAnswer } from './restore-contracts.ts';
import { lostClaimMs } from './restored.ts';

type RestoreDeps = Pick<EscalationDeps, 'tables' | 'clock' | 'connections'>;

/** The desk looks for these itself. */
const looked: EscalationState = 'intended';
/** What shares a case is in doubt only once it goes its own way. */
const states: readonly EscalationState[] = [looked, 'awaiting-filing', 'claimed', 'parked'];

type InDoubt = Pick<RestoredDeskAnswer, 'inDoubt' | 'more'>;

/** Those in one state that came back and were not looked for since; up to a page. */
async function inDoubtIn(
  { tables }: Pick<RestoreDeps, 'tables'>,
  state: EscalationState,
  counts: (row: EscalationRow) => boolean = () => true,
): Promise<InDoubt> {
  const table = tables('escalations');
  const inDoubt: InDoubt['inDoubt'] = [];
  let after: string | undefined;
  do {
    const page = await listPage(table, { state, limit: limits.pageSizeMax, after });
    const held = await Promise.all(page.rows.map(async ({ id }) => readEscalation(table, id)));
    for (const row of held.flatMap((one) => one?.row ?? [])) {
      if (row.restoredAt === undefined || row.state !== state || !counts(row)) continue;
      const { id: escalationId, ticketName } = row;
      inDoubt.push({ escalationId, state, ...(ticketName !== undefined && { ticketName }) });
    }
    after = page.next;
  } while (after !== undefined && inDoubt.length < limits.pageSizeMax);
  return { inDoubt, more: after !== undefined };
}

export function createReadRestore(deps: RestoreDeps) {
  return async (): Promise<RestoredDeskAnswer> => {
    const back = await readRestored(deps.tables('desk'));
    if (!back) return { state: 'never-restored', inDoubt: [], more: false };
    const found = await Promise.all(states.map(async (state) => inDoubtIn(deps, state)));
    const inDoubt = found.flatMap((one) => one.inDoubt);
    return {
      ...viewOf(back.restored),
      inDoubt: inDoubt.slice(0, limits.pageSizeMax),
      more: inDoubt.length > limits.pageSizeMax || found.some(({ more }) => more),
    };
  };
}

function viewOf(restored: RestoredDesk): Omit<RestoredDeskAnswer, 'inDoubt' | 'more'> {
  const { backupId, beganAt, restoredAt, doneAt, released } = restored;
  return {
    state: released ? 'released' : doneAt === undefined ? 'restoring' : 'held',
    backupId,
    lostFrom: beganAt,
    restoredAt,
    ...(released ? { released } : { releasableFrom: toIso(releasableFrom(restored)) }),
  };
}

/** Whoever claimed a case after the export may file it until then; what the desk itself had put can be seen long before. */
const releasableFrom = ({ restoredAt }: RestoredDesk): number => fromIso(restoredAt) + lostClaimMs;

export function createReleaseRestore(deps: RestoreDeps) {
  const read = createReadRestore(deps);
  return async ({ reason }: ReleaseBody, by: string, scope: Scope): Promise<RestoredDeskAnswer> => {
    const desk = deps.tables('desk');
    const back = await readRestored(desk);
    if (!back || !isHeld(back.restored)) throw new AppError('illegal-transition', 'Filing is not held.');
    await refuseTooEarly(deps, back.restored);
    const released = { at: toIso(deps.clock.now()), by, reason };
    if (!(await wins(desk, restorePartition, [restoredOp({ ...back.restored, released }, back)]))) {
      throw new AppError('illegal-transition', 'Somebody else has just changed it; read it again.');
    }
    scope.log(escalationEvents.filingReleased, { backupId: back.restored.backupId, by });
    return read();
  };
}

async function refuseTooEarly(deps: RestoreDeps, restored: RestoredDesk): Promise<void> {
  if (restored.doneAt === undefined) {
    throw new AppError('filing-held', 'The restore has not come to its end: call it again.');
  }
  if (deps.clock.now() < releasableFrom(restored)) {
    const from = toIso(releasableFrom(restored));
    throw new AppError('filing-held', `Who claimed a case after the export may still file it, until ${from}.`, {
      members: { releasableFrom: from },
    });
  }
  // Nothing can look, nor file, by a connection that the desk does not have any more.
  const isConnected = ({ connectionId }: EscalationRow) => deps.connections(connectionId) !== undefined;
  const { inDoubt } = await inDoubtIn(deps, looked, isConnected);
  if (inDoubt.length === 0) return;
  throw new AppError('filing-held', 'The desk has not looked for all cases yet that it files itself; see inDoubt.', {
    members: { inDoubt: inDoubt.map(({ escalationId }) => escalationId) },
  });
}

/** Says at every sweep that nothing is filed, so that nobody forgets it. */
export const createTellHold =
  ({ tables }: Pick<RestoreDeps, 'tables'>) =>
  async (scope: Scope): Promise<void> => {
    const back = await readRestored(tables('desk'));
    if (!back || !isHeld(back.restored)) return;
    const { backupId, restoredAt } = back.restored;
    scope.log(escalationEvents.filingHeld, { backupId, restoredAt });
  };
