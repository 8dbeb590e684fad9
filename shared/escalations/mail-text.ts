/** The words of this mail, and those of older ones that it carries along. */
export type MailText = { said: string; quoted: string };

/** "Original message" in the languages that Microsoft's support writes in. */
const divider =
  /^[\s>*]*[-_–—]{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|originalnachricht|元のメッセージ|転送されたメッセージ)\s*[-_–—]{2,}/iu;
const rule = /^\s*[_-]{10,}\s*$/u;
const sender = /^[\s>*|]*(?:from|von|差出人|送信者)\s*[*]*[:：]/iu;
const otherField =
  /^[\s>*|]*(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|送信日時|送信|日時|日付|宛先|件名)\s*[*]*[:：]/iu;
/** "On … wrote:", with a date or an address in it: "You wrote:" begins no older mail. */
const attribution =
  /^[\s>]*(?=.{0,200}(?:@|\d{4}))(?:on\b.{4,200}\bwrote|am\b.{4,200}\bschrieb\b.{0,100}|.{4,200}(?:さんは書きました|が書きました|のメッセージ|wrote))\s*[:：]\s*$/iu;
const fieldsWithin = 6;

/**
 * Parts the new text from the older conversation: everything below a divider, a block of header fields or an attribution, and
 * lines after `>`, is older.
 */
export function partText(body: string): MailText {
  const lines = body.replaceAll('\r\n', '\n').split('\n');
  const said: string[] = [];
  const quoted: string[] = [];
  let isOlder = false;
  for (const [at, line] of lines.entries()) {
    isOlder ||= beginsOlder(lines, at);
    const isQuotedLine = isOlder || /^\s*[>|＞]/u.test(line);
    (isQuotedLine ? quoted : said).push(line);
  }
  return { said: said.join('\n').trim(), quoted: quoted.join('\n').trim() };
}

function beginsOlder(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  if (divider.test(line)) return true;
  // An attribution may be broken over two lines.
  if (attribution.test(line) || attribution.test(`${line.trimEnd()} ${lines[at + 1]?.trim() ?? ''}`)) return true;
  if (rule.test(line)) return lines.slice(at + 1, at + 4).some((next) => sender.test(next));
  if (!sender.test(line)) return false;
  return lines.slice(at + 1, at + 1 + fieldsWithin).filter((next) => otherField.test(next)).length >= 2;
}
