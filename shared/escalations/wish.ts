import * as z from 'zod';
import { fromIso, minuteMs, toIso } from '../core/clock.ts';
import { afterPrefix } from '../core/key.ts';
import type { Wake } from '../platform/outbox.ts';
import { readRestored } from '../platform/restored-desk.ts';
import { rowKind } from '../platform/row.ts';
import { queryAll, type Table, type TableOp } from '../platform/table.ts';
import { severities } from './case-severity.ts';
import type { CaseMessage, CaseRef, CaseWish } from './case-follower.ts';
import type { EscalationRow, EscalationText } from './escalation.ts';
import { partitionOfEscalation, textOp } from './escalation-store.ts';
import type { EscalationDeps } from './ports.ts';

/**
 * What the desk is to do to a case at Microsoft, once: its text is a content row of the same key. `tried`: a call may have left,
 * so that the next one looks first. Once it waits for a person (`carry`) or is done, nothing wakes it any more.
 */
const wishSchema = z.strictObject({
  escalationId: z.string(),
  key: z.string(),
  kind: z.enum(['message', 'severity', 'close']),
  severity: z.enum(severities).optional(),
  at: z.iso.datetime(),
  /** The person who wants it; absent where the desk does. */
  by: z.string().optional(),
  state: z.enum(['open', 'carry', 'done']),
  tried: z.boolean(),
  turn: z.int(),
  failures: z.int(),
  doubtedSince: z.iso.datetime().optional(),
});
export type Wish = z.output<typeof wishSchema>;

const wishRow = rowKind(wishSchema);
const wishPrefix = (escalationId: string): string => `W|${escalationId}|`;
const wishKey = ({ escalationId, key }: Pick<Wish, 'escalationId' | 'key'>): string =>
  `${wishPrefix(escalationId)}${key}`;

export type HeldWish = { wish: Wish; etag: string };

export async function readWish(table: Table, escalationId: string, key: string): Promise<HeldWish | undefined> {
  const row = await table.get(partitionOfEscalation(escalationId), wishKey({ escalationId, key }));
  return row && { wish: wishRow.fromRow(row), etag: row.etag };
}

/**
 * How many wishes of a kind there ever were: the next key follows from it, and whoever writes it first has it. Microsoft knows a wish
 * again by its key: a desk that came back from an export counts on from the minute of that, where no key that was lost can stand.
 */
export async function nextWishKey(
  { tables }: Pick<EscalationDeps, 'tables'>,
  escalationId: string,
  kind: Wish['kind'],
): Promise<string> {
  const from = wishKey({ escalationId, key: `${kind}-` });
  const range = { pk: partitionOfEscalation(escalationId), from, to: afterPrefix(from) };
  const [rows, back] = await Promise.all([queryAll(tables('escalations'), range), readRestored(tables('desk'))]);
  const lost = back ? Math.floor(fromIso(back.restored.restoredAt) / minuteMs) : 0;
  return `${kind}-${String(lost + rows.length + 1)}`;
}

export const wishWake = ({ escalationId, key, turn }: Wish, dueAt: number): Wake => ({
  id: `wish|${escalationId}|${key}|${String(turn)}`,
  queue: 'escalations',
  dueAt,
  body: { kind: 'escalation-wish', escalationId, key, turn },
});

export const replaceWishOp = ({ wish, etag }: HeldWish): TableOp => ({
  kind: 'replace',
  rk: wishKey(wish),
  columns: wishRow.toColumns(wish),
  etag,
});

type Wanted = Pick<Wish, 'key' | 'kind' | 'severity' | 'by'> & { text: string };

/** A wish with its text, to be written in one transaction with whatever led to it. */
export function newWish(row: EscalationRow, { text, ...wanted }: Wanted, nowMs: number) {
  const at = toIso(nowMs);
  const wish: Wish = { ...wanted, escalationId: row.id, at, state: 'open', tried: false, turn: 1, failures: 0 };
  const content: EscalationText = { from: 'partner', at, subject: subjectOf(row), text };
  return { wish, content, ops: [insertOp(wish), textOp(row.id, wish.key, content)] };
}

const insertOp = (wish: Wish): TableOp => ({
  kind: 'insert',
  rk: wishKey(wish),
  columns: wishRow.toColumns(wish),
});

const subjectOf = ({ caseNumber }: EscalationRow): string =>
  caseNumber === undefined ? 'Update from the partner' : `Update from the partner, case ${caseNumber}`;

const nameOf = (escalationId: string, key: string): string => `desk-${escalationId}-${key}`;

/** Whether a message is what the desk itself wrote on the case: whoever wrote it has told so. */
export const isOwnMessage = (row: Pick<EscalationRow, 'id'>, { id }: Pick<CaseMessage, 'id'>): boolean =>
  id.startsWith(nameOf(row.id, ''));

/** The wish as a case follower takes it. Names are the desk's and the same at every try. */
export function toCaseWish(wish: Wish, { subject = '', text }: EscalationText): CaseWish {
  const name = nameOf(wish.escalationId, wish.key);
  if (wish.kind === 'close') return { kind: 'close', name, text };
  if (wish.kind === 'severity' && wish.severity) return { kind: 'severity', severity: wish.severity };
  return { kind: 'message', name, subject, text };
}

/** The case of an escalation as its follower finds it; undefined where there is none yet. */
export function caseRefOf(
  { connections }: Pick<EscalationDeps, 'connections'>,
  row: EscalationRow,
): CaseRef | undefined {
  const connection = connections(row.connectionId);
  if (!connection || row.caseNumber === undefined) return undefined;
  return {
    escalationId: row.id,
    caseNumber: row.caseNumber,
    connectionId: row.connectionId,
    customerTenantId: row.tenantId,
    partnerTenantId: connection.tenantId,
    tokenWay: row.tokenWay,
    subscriptionId: row.subscriptionId,
    ticketName: row.ticketName,
  };
}
