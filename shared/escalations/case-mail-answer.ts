import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { pagingQuery } from '../platform/route.ts';
import type { Table } from '../platform/table.ts';
import { mailsOnList } from './case-mail-lists.ts';
import { listPrefix, mailStates, pointerOf, readMailRow, readMailWords, type MailRow } from './case-mail-store.ts';

/** Why a mail waits for a person, in words. */
const reasons: Readonly<Record<string, string>> = {
  'no-results': 'The mailbox has stamped no authentication results on it.',
  'results-not-exchange': 'Its authentication results are not those of Exchange Online.',
  'results-unreadable': 'Its authentication results cannot be read.',
  'sent-inside': "It was sent inside the partner's own organisation.",
  'sender-unreadable': 'It names no sender, or not exactly one.',
  'sender-not-microsoft': "Its sender's domain is none from which Microsoft writes about cases.",
  'not-authenticated': 'It is not proven to come from the domain that it names.',
  unreadable: 'It cannot be read.',
  'nothing-named': 'It names no case.',
  'two-numbers': 'It names several cases.',
  'two-markers': 'It names the markers of several packets.',
  'unknown-number': 'No escalation of this connection has the number of its case yet.',
  'unknown-marker': 'No escalation of this connection has the marker that it names.',
  'case-over': 'The escalation of its case is over.',
  'several-cases': 'Several escalations have the number of its case.',
  'two-cases': 'Its number and its marker belong to different escalations.',
  'another-number': 'The escalation whose marker it names has another number.',
  'not-filed': 'The escalation that it names is in a state in which it has no case.',
};

export const caseMailSchema = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    state: z.enum(mailStates),
    receivedAt: z.iso.datetime(),
    isMicrosoft: z.boolean().meta({ description: "Proven to be Microsoft's; what is not changes nothing." }),
    reason: z.strictObject({ code: z.string(), text: z.string() }).optional(),
    caseNumber: z.string().optional(),
    marker: z.string().optional(),
    needsAnswer: z.boolean(),
    isClosing: z.boolean(),
    escalationId: z.string().optional(),
    from: z.string().optional().meta({ description: 'As the mail says, which anybody can.' }),
    subject: z.string().optional(),
    text: z.string().optional().meta({ description: 'While it waits; without the older mails that it quotes.' }),
  })
  .meta({ id: 'CaseMail' });
export type CaseMail = z.output<typeof caseMailSchema>;

export const caseMailPageSchema = z
  .object({ items: z.array(caseMailSchema), nextCursor: z.string().optional() })
  .meta({ id: 'CaseMailPage' });

export const caseMailQuerySchema = z.strictObject({
  state: z.enum(['unplaced', 'unverified']).optional(),
  ...pagingQuery,
});
export type CaseMailQuery = z.output<typeof caseMailQuerySchema>;

export async function mailAnswer(table: Table, row: MailRow): Promise<CaseMail> {
  const { id, connectionId, state, receivedAt, isMicrosoft, why, number, marker, escalationId } = row;
  const words = await readMailWords(table, id);
  return {
    ...{ id, connectionId, state, receivedAt, isMicrosoft },
    ...(why !== undefined && { reason: { code: why, text: reasons[why] ?? why } }),
    ...(number !== undefined && { caseNumber: number }),
    ...(marker !== undefined && { marker }),
    needsAnswer: row.needsAnswer,
    isClosing: row.isClosed,
    ...(escalationId !== undefined && { escalationId }),
    ...words,
  };
}

const positionPattern = /^\d{13}\|[a-z2-7]+$/;

/** Mails that wait for a person, newest first: one range read a page, and each mail with its words. */
export function createListCaseMails(table: Table) {
  return async ({ state = 'unplaced', limit = limits.pageSizeDefault, cursor }: CaseMailQuery) => {
    const bound = { list: 'case-mails', state };
    const at = cursor === undefined ? undefined : decodeCursor(bound, cursor);
    if (at !== undefined && !positionPattern.test(at))
      throw new AppError('invalid-cursor', 'Use the nextCursor of an answer, with the same filters.');
    const rows = await mailsOnList(table, state, { after: at === undefined ? '' : `${at}!`, count: limit + 1 });
    const shown = rows.slice(0, limit);
    const held = await Promise.all(shown.map(async (row) => readMailRow(table, pointerOf(row))));
    const waiting = held.flatMap((one) => (one?.row.state === state ? [one.row] : []));
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: await Promise.all(waiting.map(async (row) => mailAnswer(table, row))),
      ...(last && { nextCursor: encodeCursor(bound, last.rk.slice(listPrefix(state).length)) }),
    };
  };
}
