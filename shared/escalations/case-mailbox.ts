import type { Mail } from './mail.ts';

/** A mail as the list shows it: everything but its body. `key` is the mailbox's own, for reading the body. */
export type ListedMail = Omit<Mail, 'body'> & { key: string; preview: string };

/** `next`: there are more. `skipped` counts items that cannot be read. */
export type MailPage = { mails: ListedMail[]; skipped: number; next?: string };

export type MailboxTrouble = {
  kind: 'trouble';
  /** `refused` needs a person: a right or a mailbox is missing. */
  reason: 'throttled' | 'away' | 'refused' | 'unreadable';
  status?: number | undefined;
  retryAfterSeconds?: number | undefined;
};

/** The case mailbox of a partner connection. Nothing here throws for what the other side does. */
export type CaseMailbox = {
  /** Mails that arrived since then (ISO, inclusive), oldest first, or the page at `next`. */
  list(connectionId: string, from: { since: string } | { next: string }): Promise<MailPage | MailboxTrouble>;
  /** The body as plain text; `gone` where the mail was moved or deleted, or is too large to be read. */
  body(connectionId: string, key: string): Promise<{ kind: 'body'; text: string } | { kind: 'gone' } | MailboxTrouble>;
};
