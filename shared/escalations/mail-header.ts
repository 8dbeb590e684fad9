/** A header field of a mail, as it came: folded, with encoded words. Order is that of the mail, newest on top. */
export type MailHeader = { name: string; value: string };

/** All values of a field, topmost first. */
export const headersNamed = (headers: readonly MailHeader[], name: string): string[] =>
  headers.filter((header) => header.name.toLowerCase() === name).map(({ value }) => unfolded(value));

/** RFC 5322 §2.2.3: a line break before white space is no part of the value. */
const unfolded = (value: string): string => value.replaceAll(/\r?\n(?=[ \t])/g, '').trim();

/** RFC 2047 §2; a language after `*` as in RFC 2231. */
const encodedWord = /=\?([\w.:+-]+)(?:\*[\w-]+)?\?([bq])\?([^?\s]*)\?=/gi;
const betweenWords = /(\?=)\s+(?==\?[\w.:+*-]+\?[bq]\?)/gi;

/**
 * A header's text with its encoded words read. Neighbours of one charset are joined before they are read, since many senders cut
 * characters apart. What cannot be read stays as it came.
 */
export function decodeWords(value: string): string {
  const text = unfolded(value).replaceAll(betweenWords, '$1');
  let decoded = '';
  let at = 0;
  let run: { charset: string; bytes: Buffer; raw: string } | undefined;
  const endRun = () => {
    if (run) decoded += textOf(run.bytes, run.charset) ?? run.raw;
    run = undefined;
  };
  for (const match of text.matchAll(encodedWord)) {
    const [raw, charset = '', encoding = '', content = ''] = match;
    if (match.index > at) {
      endRun();
      decoded += text.slice(at, match.index);
    }
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(content, 'base64') : quotedBytes(content);
    if (run?.charset.toLowerCase() === charset.toLowerCase() && !isStateful(charset)) {
      run = { charset, bytes: Buffer.concat([run.bytes, bytes]), raw: run.raw + raw };
    } else {
      endRun();
      run = { charset, bytes, raw };
    }
    at = match.index + raw.length;
  }
  endRun();
  return decoded + text.slice(at);
}

/** Each word of such a charset begins and ends in ASCII by itself. */
const isStateful = (charset: string): boolean => /^iso-2022-/i.test(charset);

/** Encoding `Q`: `_` is a blank, `=XX` a byte. */
function quotedBytes(content: string): Buffer {
  const latin = content
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin, 'latin1');
}

/** Bytes as text; undefined where nobody knows the charset. */
function textOf(bytes: Uint8Array, charset: string): string | undefined {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return undefined;
  }
}
