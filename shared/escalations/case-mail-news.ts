import type { CaseNews } from './case-news.ts';
import type { MailRow, MailWords } from './case-mail-store.ts';

/** The key of a mail's text beside the case that it is on. */
export const mailTextKey = ({ id }: Pick<MailRow, 'id'>): string => `mail-${id}`;

/** What one of Microsoft's mails says of its case. What it does not say is absent: a mail without a question answers none. */
export function newsOf(row: MailRow, { subject, text }: MailWords, number: string | undefined): CaseNews {
  return {
    via: 'mail',
    at: row.receivedAt,
    ...(number !== undefined && { number }),
    ...(row.isClosed && { isClosed: true, status: 'Closed' }),
    ...(row.needsAnswer && { needsAnswer: true }),
    ...(row.engineer !== undefined && { engineer: row.engineer }),
    ...(row.isReceipt && { isReceipt: true }),
    messages: [{ id: mailTextKey(row), at: row.receivedAt, from: 'microsoft', subject, text }],
  };
}
