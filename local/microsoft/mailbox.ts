import { createHash } from 'node:crypto';
import { fieldOf, parseMail, plainOf, shownField, type ParsedMail } from './mime.ts';
import { isoTime } from './reply.ts';

/** A mail that was received: the world's time in milliseconds, and the raw text as it came in. */
export type ReceivedMail = { at: number; raw: string };

const parsed = new WeakMap<ReceivedMail, ReturnType<typeof read>>();

/** Two deliveries of one text are two items of the mailbox. */
function read(mail: ReceivedMail, position: number) {
  const hash = createHash('sha256')
    .update(`${String(position)}:${String(mail.at)}:${mail.raw}`)
    .digest('base64url');
  const content = parseMail(mail.raw);
  return {
    id: `AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A${hash}`,
    // Exchange gives one to a mail that came without.
    internetMessageId: fieldOf(content.headers, 'message-id') ?? `<${hash.slice(0, 32)}@prod.outlook.com>`,
    content,
  };
}

/** Each mail is read once: mailboxes of tests hold thousands. */
export function readReceived(mail: ReceivedMail, position: number) {
  const known = parsed.get(mail) ?? read(mail, position);
  parsed.set(mail, known);
  return known;
}

function mailboxOf(value = '') {
  const found = /^(.*?)\s*<([^<>]*)>\s*$/.exec(value);
  const address = found?.[2] ?? value;
  return { emailAddress: { name: shownField((found?.[1] ?? '').replaceAll('"', '')) || address, address } };
}

/** Microsoft docs: resource type message. Bodies come as HTML unless plain text is preferred. */
export function messageView(mail: ReceivedMail, position: number, prefersText: boolean): Record<string, unknown> {
  const { id, internetMessageId, content } = readReceived(mail, position);
  const { headers } = content;
  return {
    id,
    receivedDateTime: isoTime(Math.floor(mail.at / 1_000) * 1_000),
    hasAttachments: false,
    internetMessageId,
    subject: shownField(fieldOf(headers, 'subject') ?? ''),
    bodyPreview: content.text.slice(0, 255),
    isRead: false,
    from: mailboxOf(fieldOf(headers, 'from')),
    sender: mailboxOf(fieldOf(headers, 'sender') ?? fieldOf(headers, 'from')),
    internetMessageHeaders: headers,
    body: bodyView(content, prefersText),
  };
}

function bodyView({ text, html }: ParsedMail, prefersText: boolean) {
  if (prefersText || html === undefined)
    return { contentType: 'text', content: html === undefined ? text : text || plainOf(html) };
  return { contentType: 'html', content: html };
}
