import { fromIso, hourMs, minuteMs, toIso } from '../../shared/core/clock.ts';
import { eventWake } from '../../shared/escalations/escalation-store.ts';
import { joinWake } from '../../shared/escalations/joining.ts';
import { isInDoubt } from '../../shared/escalations/restored.ts';
import { wakeOp, type Wake } from '../../shared/platform/outbox.ts';
import type { TableName } from '../../shared/platform/resources.ts';
import type { Scope } from '../../shared/platform/telemetry.ts';
import { erasureWake } from '../../shared/requests/erase-contact.ts';
import { wakeOf } from '../../shared/requests/request-store.ts';
import type { ScannedRow, Typed } from './scan.ts';

export type Mending = {
  /** When the export began, by its own clock, and when the restore did. */
  beganAt: number;
  restoredAt: number;
  scope: Scope;
};

/** Clocks of the desk's instances and of whoever exports may differ by so much. */
const skewMs = 5 * minuteMs;
/** A run over everything of a person may have begun so long before the export, and still have been at it. */
const erasureMs = 24 * hourMs;

/**
 * The rows that one row of the export becomes. Partitions are exported one after the other; what flows from a later one to an earlier
 * one while the export runs would be lost: so what happened since it began is owed again. All consumers are idempotent.
 */
export function mend(table: TableName, row: ScannedRow, mending: Mending): ScannedRow[] {
  if (table === 'requests') return mendRequests(row, mending);
  if (table === 'escalations') return mendEscalations(row, mending);
  return [row];
}

function mendRequests(row: ScannedRow, mending: Mending): ScannedRow[] {
  const { at, requestId, sequence } = row.columns;
  if (row.rk.startsWith('E|') && isSince(at, mending.beganAt - skewMs)) {
    return [row, owed(row, wakeOf({ requestId: text(requestId), sequence: Number(sequence), at: text(at) }), mending)];
  }
  return isRecentRun(row, mending) ? reopenRun(row, mending) : [row];
}

function mendEscalations(row: ScannedRow, mending: Mending): ScannedRow[] {
  const { at, escalationId, version, id, state, joinedAt } = row.columns;
  const since = mending.beganAt - skewMs;
  if (row.rk.startsWith('N|') && isSince(at, since)) {
    const event = { escalationId: text(escalationId), version: Number(version) };
    return [row, owed(row, eventWake(event, mending.restoredAt), mending)];
  }
  // What was to be done to a case may have been done since: it is looked for first.
  if (row.rk.startsWith('W|') && state === 'open') return [{ ...row, columns: { ...row.columns, tried: true } }];
  if (!row.rk.startsWith('X|')) return [row];
  const head = isInDoubt(text(state))
    ? { ...row, columns: { ...row.columns, restoredAt: toIso(mending.restoredAt) } }
    : row;
  if (state !== 'joined' || !isSince(joinedAt, since)) return [head];
  return [head, owed(row, joinWake({ id: text(id), version: Number(version) }, mending.restoredAt), mending)];
}

/** Of a person's erasure that the export may not know to be over: the run itself, not what it found. */
export const isRecentRun = ({ rk, columns }: ScannedRow, { beganAt }: Mending): boolean =>
  /^Z\|[^|]+$/.test(rk) && isSince(columns.startedAt, beganAt - erasureMs);

/** An erasure that goes on from here, over all that is there of the person. */
export function reopenRun(row: ScannedRow, mending: Mending): ScannedRow[] {
  const turn = Number(row.columns.turn) + 1;
  const run = { ...row, columns: { ...row.columns, state: 'running', turn } };
  const wake = erasureWake({ contactId: text(row.columns.contactId), turn }, mending.restoredAt);
  return [run, owed(row, wake, mending)];
}

const text = (value: Typed | undefined): string => String(value ?? '');

const isSince = (at: Typed | undefined, since: number): boolean => typeof at === 'string' && fromIso(at) >= since;

function owed({ pk }: ScannedRow, wake: Wake, { scope }: Mending): ScannedRow {
  const op = wakeOp(wake, scope);
  if (op.kind !== 'insert') throw new Error('a wake is inserted');
  return { pk, rk: op.rk, etag: '', columns: op.columns as Record<string, Typed> };
}
