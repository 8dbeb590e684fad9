import * as z from 'zod';
import { dayMs, fromIso, hourMs, minuteMs, toIso } from '../core/clock.ts';
import { hashOf } from '../core/hash.ts';
import { limits } from '../core/limits.ts';
import { packText, unpackText } from '../platform/packed.ts';
import type { Row, TableOp } from '../platform/table.ts';
import { hintsOf } from './audit-hints.ts';
import { SourceFailure, type AuditPage, type AuditRecord } from './customers-source.ts';
import type { ChangesRead, Turn } from './directory.ts';
import { failed, type DirectoryDeps, type DirectoryLeg, type RunTurn, type TurnResult } from './directory-leg.ts';
import { customerEvents } from './events.ts';
import { putHints } from './hint.ts';

/** Records appear late: those of the last hours are looked at again, and known by their ids. */
const overlapMs = 2 * hourMs;
/** Microsoft keeps 90 days and refuses an older start; the daily list sees to what is older. */
const keptMs = 85 * dayMs;

const followedKey = 'U|audit';

/** Records that were followed already, each with its time. */
const followedOf = (row: Row | undefined): Map<string, string> =>
  new Map(row ? z.array(z.tuple([z.string(), z.string()])).parse(JSON.parse(unpackText(row.columns))) : []);

const followedOp = (followed: ReadonlyMap<string, string>): TableOp => ({
  kind: 'upsert',
  rk: followedKey,
  columns: { v: 1, ...packText(JSON.stringify([...followed])) },
});

const shortId = (id: string): string => hashOf('audit', id).slice(0, 16);

/** One page of what people and programs did at Partner Center: turns it into hints, which later turns follow. */
export const changesTurn: RunTurn = async (deps, leg) => {
  const before = leg.baton.head.value;
  const from = readFrom(leg);
  try {
    const query = { startDate: from.since.slice(0, 10), continuation: from.continuation };
    return await follow(deps, leg, { from, page: await deps.audit(leg.connection.id, query) });
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    // A continuation that is refused has gone stale: the reading begins anew.
    const changes = error.status === 400 ? { since: from.since, pages: 0 } : from;
    return failed(deps, { leg, kind: 'changes', head: { ...before, changes }, calls: 1 }, error);
  }
};

function readFrom({ baton, startedAt }: DirectoryLeg): ChangesRead {
  const { changes, lastDoneAt, passStartedAt } = baton.head.value;
  const from = changes ?? { since: lastDoneAt ?? passStartedAt ?? toIso(startedAt), pages: 0 };
  return { ...from, since: toIso(Math.max(fromIso(from.since), startedAt - keptMs)) };
}

type Reading = { from: ChangesRead; page: AuditPage };

async function follow(deps: DirectoryDeps, leg: DirectoryLeg, { from, page }: Reading): Promise<TurnResult> {
  const table = deps.tables('customers');
  const first = toIso(leg.startedAt);
  const connectionId = leg.connection.id;
  const followed = followedOf(await table.get(leg.baton.pk, followedKey));
  const fresh = page.records.filter((record) => isFresh(record, from.since) && !followed.has(shortId(record.id)));
  const { tenantIds, resellers } = hintsOf(fresh);
  const hints = tenantIds.map((tenantId) => ({ tenantId, what: 'customer' as const }));
  await putHints(table, connectionId, { hints, now: leg.startedAt });
  if (fresh.length > 0 || page.skipped > 0) {
    const fields = { records: fresh.length, skipped: page.skipped, customers: tenantIds.length };
    leg.scope.log(customerEvents.directoryChanges, { connectionId, ...fields });
  }
  const { changes, turn, isEndless } = next({ from, page }, first);
  for (const record of fresh) followed.set(shortId(record.id), record.at ?? first);
  const kept = new Map([...followed].filter(([, at]) => at >= changes.since));
  const isSame = fresh.length === 0 && kept.size === followed.size;
  return {
    head: { ...leg.baton.head.value, changes },
    turn: isEndless || page.skipped > 0 ? { ...turn, trouble: unreadableSince(leg, first) } : turn,
    calls: 1,
    hinted: hints.length > 0 ? 'customer' : undefined,
    ...(!isSame && { ops: [followedOp(kept)] }),
    ...(isEndless ? { alsoDue: 'list' } : resellers && { alsoDue: 'resellers' }),
  };
}

const isFresh = ({ at }: AuditRecord, since: string): boolean => at === undefined || at >= since;

function unreadableSince({ turns }: DirectoryLeg, now: string): Turn['trouble'] {
  const known = turns.changes.trouble;
  return known?.code === 'unreadable' ? known : { code: 'unreadable', since: now };
}

/** Where the reading goes on. One that has no end is given up for the list itself. */
function next({ from, page }: Reading, first: string): { changes: ChangesRead; turn: Turn; isEndless: boolean } {
  const startedAt = from.startedAt ?? first;
  const hasMore = page.continuation !== undefined;
  const isEndless = hasMore && from.pages + 1 >= limits.auditPagesMax;
  if (hasMore && !isEndless) {
    const changes = { since: from.since, startedAt, continuation: page.continuation, pages: from.pages + 1 };
    return { changes, turn: { dueAt: first, failures: 0 }, isEndless };
  }
  const begun = fromIso(startedAt);
  const since = toIso(Math.max(fromIso(from.since), begun - overlapMs));
  const dueAt = toIso(Math.max(begun + limits.auditMinutes * minuteMs, fromIso(first)));
  return { changes: { since, pages: 0 }, turn: { dueAt, failures: 0 }, isEndless };
}
