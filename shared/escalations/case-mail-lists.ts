import { dayMs } from '../core/clock.ts';
import { afterPrefix, newestFirst } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { firstRows, isRefusal, type Row, type Table } from '../platform/table.ts';
import {
  forgetOps,
  listPrefix,
  mailPartition,
  olderThan,
  pointerOf,
  readMailRow,
  type MailRow,
  type MailState,
} from './case-mail-store.ts';

/** Rows of a list, newest first, after a row key's rest. */
export const mailsOnList = async (
  table: Table,
  state: MailState,
  { after = '', count }: { after?: string; count: number },
): Promise<Row[]> => {
  const prefix = listPrefix(state);
  return firstRows(table, { pk: mailPartition, from: prefix + after, to: afterPrefix(prefix) }, count);
};

/** Of how many mails that wait the newest are looked through for those that name a case: a list that long needs a person anyway. */
const lookedThrough = 200;

/** Microsoft's mails of a mailbox that name a case and could not be placed yet. */
export async function waitingMails(
  table: Table,
  { connectionId, receivedAfter }: { connectionId: string; receivedAfter: number },
): Promise<MailRow[]> {
  const prefix = listPrefix('unplaced');
  const range = { pk: mailPartition, from: prefix, to: prefix + newestFirst(receivedAfter) };
  const rows = await firstRows(table, range, lookedThrough);
  const mails = await Promise.all(rows.map(async (row) => readMailRow(table, pointerOf(row))));
  return mails
    .flatMap((held) => (held ? [held.row] : []))
    .filter((row) => row.connectionId === connectionId && passing.has(row.why ?? ''))
    .slice(0, limits.caseMailAgain);
}

/** Why a mail waits that may find its case by itself yet: not tried, or its number or filing is not known yet. */
const passing: ReadonlySet<string> = new Set(['', 'unknown-number', 'unknown-marker', 'not-filed']);

const droppedAtOnce = 50;

/** Forgets what is older than the desk keeps mails: words that belong to no case, and rows that say what became of the others. */
export async function dropOldMails(table: Table, nowMs: number): Promise<void> {
  const old = await firstRows(
    table,
    { pk: mailPartition, ...olderThan(nowMs - limits.caseMailDays * dayMs) },
    droppedAtOnce,
  );
  for (const pointer of old) {
    const held = await readMailRow(table, pointerOf(pointer));
    const ops = held ? forgetOps(held.row) : [{ kind: 'delete' as const, rk: pointer.rk }];
    try {
      await table.transact(mailPartition, ops);
    } catch (error) {
      // Another turn, or a person who has just decided on it: the next turn looks again.
      if (!isRefusal(error)) throw error;
    }
  }
}
