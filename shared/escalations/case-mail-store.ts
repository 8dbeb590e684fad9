import * as z from 'zod';
import { fromIso } from '../core/clock.ts';
import { hashOf } from '../core/hash.ts';
import { newestFirst, oldestFirst } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import { wins, type Table, type TableOp } from '../platform/table.ts';
import type { Mail, MailReading } from './mail.ts';

/** All mails of all case mailboxes: one partition of table `escalations`, for there are few and they stay for 90 days at most. */
export const mailPartition = 'mails';

/** `unplaced` and `unverified` wait for a person; `placed`: what it says is on its case. */
export const mailStates = ['unplaced', 'unverified', 'placed', 'dismissed'] as const;
export type MailState = (typeof mailStates)[number];
export const isWaiting = (state: MailState): boolean => state === 'unplaced' || state === 'unverified';

/** What is known of a mail without its words. `why`: what keeps the desk from placing it by itself. */
const mailRowSchema = z.strictObject({
  id: z.string(),
  connectionId: z.string(),
  receivedAt: z.iso.datetime(),
  state: z.enum(mailStates),
  isMicrosoft: z.boolean(),
  why: z.string().optional(),
  number: z.string().optional(),
  isBare: z.boolean().optional(),
  marker: z.string().optional(),
  needsAnswer: z.boolean(),
  isClosed: z.boolean(),
  isReceipt: z.boolean(),
  /** A hash. */
  engineer: z.string().optional(),
  escalationId: z.string().optional(),
  /** Who placed or dismissed it; absent where the desk did. */
  by: z.string().optional(),
});
export type MailRow = z.output<typeof mailRowSchema>;

const mailTextSchema = z.strictObject({ from: z.string(), subject: z.string(), text: z.string() });
export type MailWords = z.output<typeof mailTextSchema>;

const mailRow = rowKind(mailRowSchema);
const wordsRow = rowKind(mailTextSchema);
const pointerRow = rowKind(z.strictObject({ id: z.string() }));

const headKey = (id: string): string => `M|${id}`;
const wordsKey = (id: string): string => `C|${id}`;
/** Sorts by age, so that what is too old is one range read. */
const ageKey = ({ id, receivedAt }: Pick<MailRow, 'id' | 'receivedAt'>): string =>
  `D|${oldestFirst(fromIso(receivedAt))}|${id}`;
export const listPrefix = (state: MailState): string => `L|${state}|`;
const listKey = ({ id, receivedAt, state }: Pick<MailRow, 'id' | 'receivedAt' | 'state'>): string =>
  `${listPrefix(state)}${newestFirst(fromIso(receivedAt))}|${id}`;

/**
 * A mail's name, whatever folder it is in and however often it is read. What is proven to be Microsoft's never shares one with a
 * mail that only says so: nobody can keep a mail out by sending its id before.
 */
export const mailIdOf = (connectionId: string, internetMessageId: string, isMicrosoft: boolean): string =>
  hashOf('case-mail', connectionId, internetMessageId, isMicrosoft ? 'microsoft' : 'unverified').slice(0, 26);

/** The mail as a row, before anybody has looked for its case. */
export function rowOfMail(
  connectionId: string,
  { internetMessageId, receivedAt }: Mail,
  reading: MailReading,
): MailRow {
  const { authenticity, hint, signs } = reading;
  const { isMicrosoft } = authenticity;
  const why = authenticity.isMicrosoft ? (typeof hint === 'string' ? hint : undefined) : authenticity.doubt;
  return {
    id: mailIdOf(connectionId, internetMessageId, isMicrosoft),
    connectionId,
    receivedAt,
    state: isMicrosoft ? 'unplaced' : 'unverified',
    isMicrosoft,
    ...(why !== undefined && { why }),
    ...(typeof hint === 'object' && hint),
    ...signs,
  };
}

export type HeldMail = { row: MailRow; etag: string };

export async function readMailRow(table: Table, id: string): Promise<HeldMail | undefined> {
  const row = await table.get(mailPartition, headKey(id));
  return row && { row: mailRow.fromRow(row), etag: row.etag };
}

export async function readMailWords(table: Table, id: string): Promise<MailWords | undefined> {
  const row = await table.get(mailPartition, wordsKey(id));
  return row && wordsRow.fromRow(row);
}

export const pointerOf = (row: Parameters<typeof pointerRow.fromRow>[0]): string => pointerRow.fromRow(row).id;

/** Keeps a mail that is new, with its words. False where it is there already. */
export const keepMail = async (table: Table, row: MailRow, words: MailWords): Promise<boolean> =>
  wins(table, mailPartition, [
    { kind: 'insert', rk: headKey(row.id), columns: mailRow.toColumns(row) },
    { kind: 'upsert', rk: wordsKey(row.id), columns: wordsRow.toColumns(words) },
    { kind: 'upsert', rk: ageKey(row), columns: pointerRow.toColumns({ id: row.id }) },
    { kind: 'upsert', rk: listKey(row), columns: pointerRow.toColumns({ id: row.id }) },
  ]);

/** Ends the waiting of a mail: off its list, and its words are gone from here. False where somebody else was quicker. */
export const settleMail = async (
  table: Table,
  { row, etag }: HeldMail,
  change: Pick<MailRow, 'state'> & Partial<MailRow>,
): Promise<boolean> =>
  wins(table, mailPartition, [
    { kind: 'replace', rk: headKey(row.id), columns: mailRow.toColumns({ ...row, ...change }), etag },
    { kind: 'delete', rk: wordsKey(row.id) },
    { kind: 'delete', rk: listKey(row) },
  ]);

/** Says why a mail still waits; nothing else changes. */
export const markMail = async (table: Table, { row, etag }: HeldMail, why: string): Promise<boolean> =>
  row.why === why ||
  wins(table, mailPartition, [
    { kind: 'replace', rk: headKey(row.id), columns: mailRow.toColumns({ ...row, why }), etag },
  ]);

/** Row keys of a mail, all of them: one transaction forgets it. */
export const forgetOps = (row: MailRow): TableOp[] => [
  { kind: 'delete', rk: headKey(row.id) },
  { kind: 'delete', rk: ageKey(row) },
  ...(isWaiting(row.state) ? [wordsKey(row.id), listKey(row)].map((rk): TableOp => ({ kind: 'delete', rk })) : []),
];

/** From `D|` to the age key of that time, exclusive. */
export const olderThan = (ms: number): { from: string; to: string } => ({ from: 'D|', to: `D|${oldestFirst(ms)}` });
