import { fromIso, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { CaseMailHead } from './case-mail-relay.ts';
import { keepMail, mailIdOf, readMailRow, rowOfMail } from './case-mail-store.ts';
import type { CaseMailbox, ListedMail, MailboxTrouble, MailPage } from './case-mailbox.ts';
import { escalationEvents } from './events.ts';
import { readMail, unreadMail, type Mail, type MailReading } from './mail.ts';
import { authenticityOf } from './mail-authenticity.ts';
import type { EscalationDeps } from './ports.ts';

export type ReadMailboxDeps = Pick<EscalationDeps, 'clock'> & { table: Table; mailbox: CaseMailbox };

/** What a turn has read: ids of the mails that are new, how far it came, and what stopped it. */
export type MailboxReading = { fresh: string[]; upTo: string; isUnfinished: boolean; trouble?: MailboxTrouble };

/**
 * Keeps every mail since the last turn, oldest first. A mail counts as read once its row is there; known ones cost a point read.
 * Each page begins at the time of the last mail read: whatever is moved or deleted meanwhile shifts nothing past the reader.
 */
export async function readMailbox(deps: ReadMailboxDeps, head: CaseMailHead, scope: Scope): Promise<MailboxReading> {
  const { connectionId, isUnfinished } = head;
  const reading: MailboxReading = { fresh: [], upTo: head.since, isUnfinished: false };
  const stopAt = deps.clock.now() + limits.caseMailTurnMs;
  const mayGoOn = () => reading.fresh.length < limits.caseMailsAtOnce && deps.clock.now() < stopAt;
  let since = toIso(fromIso(head.since) - (isUnfinished ? 0 : limits.caseMailOverlapMs));
  let from: Parameters<CaseMailbox['list']>[1] = { since };
  for (;;) {
    const page = await deps.mailbox.list(connectionId, from);
    if ('kind' in page) return { ...reading, trouble: page };
    if (page.skipped > 0) scope.log(escalationEvents.mailUnreadable, { connectionId, mails: page.skipped });
    const stop = await keepPage(deps, { connectionId, page, reading, mayGoOn }, scope);
    if (stop) return { ...reading, isUnfinished: reading.upTo > head.since || stop === 'enough', ...troubleOf(stop) };
    if (page.next === undefined) return reading;
    const last = page.mails.at(-1)?.receivedAt ?? since;
    // More mails of one moment than a page holds are read by the list's own pages.
    from = last > since ? { since: last } : { next: page.next };
    since = last;
  }
}

const troubleOf = (stop: 'enough' | MailboxTrouble) => (stop === 'enough' ? {} : { trouble: stop });

type KeptPage = { connectionId: string; page: MailPage; reading: MailboxReading; mayGoOn: () => boolean };

/** Keeps the mails of a page; says what stops it before its end. */
async function keepPage(
  deps: ReadMailboxDeps,
  { connectionId, page, reading, mayGoOn }: KeptPage,
  scope: Scope,
): Promise<'enough' | MailboxTrouble | undefined> {
  for (const mail of page.mails) {
    if (!mayGoOn()) return 'enough';
    const trouble = await keep(deps, { connectionId, mail, reading }, scope);
    if (trouble) return trouble;
    if (mail.receivedAt > reading.upTo) reading.upTo = mail.receivedAt;
  }
  return undefined;
}

type Keeping = { connectionId: string; mail: ListedMail; reading: MailboxReading };

async function keep(
  deps: ReadMailboxDeps,
  { connectionId, mail, reading }: Keeping,
  scope: Scope,
): Promise<MailboxTrouble | undefined> {
  const { isMicrosoft } = authenticityOf(mail.headers);
  const id = mailIdOf(connectionId, mail.internetMessageId, isMicrosoft);
  if (await readMailRow(deps.table, id)) return undefined;
  const answer = await deps.mailbox.body(connectionId, mail.key);
  if (answer.kind === 'trouble') return answer;
  // Moved, deleted or far too large meanwhile: its beginning is known.
  const body = answer.kind === 'body' ? answer.text : mail.preview;
  const whole = { ...mail, body };
  const read = readSafely(whole, () => {
    scope.log(escalationEvents.mailUnreadable, { connectionId, mailId: id });
  });
  const words = { from: read.from, subject: read.subject, text: read.said };
  await keepMail(deps.table, rowOfMail(connectionId, whole, read), words);
  reading.fresh.push(id);
  return undefined;
}

/** A mail that defeats the reader is kept for people, and holds up no other. */
function readSafely(mail: Mail, isUnreadable: () => void): MailReading {
  try {
    return readMail(mail);
  } catch {
    isUnreadable();
    return unreadMail(mail);
  }
}
