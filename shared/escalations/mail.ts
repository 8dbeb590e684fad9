import { decodeWords, headersNamed, type MailHeader } from './mail-header.ts';
import { authenticityOf, type Authenticity } from './mail-authenticity.ts';
import { caseHint, type CaseHint, type NoHint } from './mail-numbers.ts';
import { signsIn, type MailSigns } from './mail-signs.ts';
import { partText } from './mail-text.ts';

/** A mail of the case mailbox. `body` is plain text; `receivedAt` is the mailbox's time, ISO. */
export type Mail = {
  internetMessageId: string;
  receivedAt: string;
  headers: readonly MailHeader[];
  subject: string;
  body: string;
};

export type MailReading = {
  authenticity: Authenticity | { isMicrosoft: false; doubt: 'unreadable' };
  subject: string;
  /** The sender's field as people see it; it proves nothing. */
  from: string;
  said: string;
  hint: CaseHint | NoHint;
  signs: MailSigns;
};

const subjectCharacters = 500;
const textCharacters = 20_000;
const fromCharacters = 300;
/** What lies further down is older conversation; no reading takes longer than its text is long. */
const bodyCharacters = 200_000;

/** Control characters but tab and line end. */
const unseen = /[^\P{Cc}\t\n]/gu;

/** At most so long, of characters that can be seen, and well-formed. */
function cut(text: string, characters: number): string {
  const clean = text.replaceAll('\r\n', '\n').replaceAll(unseen, '').toWellFormed();
  return clean.length <= characters ? clean : `${clean.slice(0, characters - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** All that the desk reads in a mail. Pure. */
export function readMail({ headers, subject, body }: Mail): MailReading {
  const text = partText(body.slice(0, bodyCharacters));
  const shown = decodeWords(subject);
  return {
    authenticity: authenticityOf(headers),
    subject: cut(shown, subjectCharacters),
    from: cut(headersNamed(headers, 'from').map(decodeWords).join(', '), fromCharacters),
    said: cut(text.said, textCharacters),
    hint: caseHint(shown, text),
    signs: signsIn(text.said),
  };
}

/** Of a mail that cannot be read: its subject, and that somebody must look. */
export const unreadMail = ({ subject }: Mail): MailReading => ({
  authenticity: { isMicrosoft: false, doubt: 'unreadable' },
  subject: cut(subject, subjectCharacters),
  from: '',
  said: '',
  hint: 'nothing-named',
  signs: { needsAnswer: false, isClosed: false, isReceipt: false },
});
