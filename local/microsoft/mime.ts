/** A mail as a mailbox holds it: fields in their order, unfolded; the body as text and, where it came so, as HTML. */
export type ParsedMail = { headers: { name: string; value: string }[]; text: string; html: string | undefined };

type Entity = { headers: ParsedMail['headers']; body: string };

/** Reads RFC 5322 with the parts of MIME that mails about cases have. The text is UTF-8; 8-bit bodies in other charsets must be encoded. */
export function parseMail(raw: string): ParsedMail {
  const { headers, body } = entityOf(raw.replaceAll('\r\n', '\n'));
  const { text, html } = bodyOf({ headers, body });
  return { headers, html, text: text ?? (html === undefined ? '' : plainOf(html)) };
}

function entityOf(text: string): Entity {
  const end = text.startsWith('\n') ? 0 : text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  const lines = head.replaceAll(/\n[ \t]+/g, ' ').split('\n');
  const headers = lines.flatMap((line) => {
    const [, name, value = ''] = /^([^\s:]+):\s*(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, value: value.trim() }];
  });
  return { headers, body: end < 0 ? '' : text.slice(end).replace(/^\n{1,2}/, '') };
}

export const fieldOf = (headers: ParsedMail['headers'], name: string): string | undefined =>
  headers.find((header) => header.name.toLowerCase() === name)?.value;

function bodyOf(entity: Entity): { text?: string | undefined; html?: string | undefined } {
  const type = fieldOf(entity.headers, 'content-type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (/^multipart\//i.test(type) && boundary !== undefined) {
    const parts = entity.body
      .split(new RegExp(`(?:^|\\n)--${boundary.replaceAll(/[^\w]/g, '\\$&')}(?:--)?[ \\t]*(?:\\n|$)`))
      .slice(1)
      .map((part) => bodyOf(entityOf(part)));
    return {
      text: parts.find(({ text }) => text !== undefined)?.text,
      html: parts.find(({ html }) => html !== undefined)?.html,
    };
  }
  if (!/^text\//i.test(type)) return {};
  const content = decoded(entity, /charset="?([\w-]+)"?/i.exec(type)?.[1] ?? 'utf-8');
  return /^text\/html/i.test(type) ? { html: content } : { text: content };
}

function decoded({ headers, body }: Entity, charset: string): string {
  const encoding = fieldOf(headers, 'content-transfer-encoding')?.toLowerCase();
  if (encoding === 'base64') return new TextDecoder(charset).decode(Buffer.from(body, 'base64'));
  if (encoding !== 'quoted-printable') return body;
  return new TextDecoder(charset).decode(bytesOf(body.replaceAll(/=[ \t]*\n/g, '')));
}

/** `=XX` is a byte; what stands there plainly may be any character. */
function bytesOf(text: string): Buffer {
  const parts = text.split(/(=[0-9A-Fa-f]{2})/);
  return Buffer.concat(
    parts.map((part) => (/^=[0-9A-Fa-f]{2}$/.test(part) ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part))),
  );
}

/** Encoded words of a field, as a mail client shows them: neighbours are one text, cut wherever the sender liked. */
export const shownField = (value: string): string =>
  value.replaceAll(/\?=\s+=\?/g, '?==?').replaceAll(/(?:=\?[\w-]+\?[bq]\?[^?]*\?=)+/gi, (run) => {
    const words = run.split(/(?<=\?=)(?==\?)/);
    const [, charset] = words[0]?.split('?') ?? [];
    return new TextDecoder(charset).decode(Buffer.concat(words.map(wordBytes)));
  });

function wordBytes(word: string): Buffer {
  const [, , kind = '', content = ''] = word.split('?');
  return /b/i.test(kind) ? Buffer.from(content, 'base64') : bytesOf(content.replaceAll('_', ' '));
}

const entities: Readonly<Record<string, string>> = { nbsp: ' ', amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Roughly what Graph makes of HTML when it is asked for text. */
export const plainOf = (html: string): string =>
  html
    .replaceAll(/<(?:style|script|head)\b[\s\S]*?<\/(?:style|script|head)>/gi, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/<hr\b[^>]*>/gi, `\n${'_'.repeat(32)}\n`)
    .replaceAll(/<(?:br|\/p|\/div|\/tr|\/li|\/h\d)\b[^>]*>/gi, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(nbsp|amp|lt|gt|quot|#39);/g, (_whole, name: string) => entities[name] ?? '')
    .replaceAll(/[ \t]*\n[ \t]*/g, '\n')
    .trim();
