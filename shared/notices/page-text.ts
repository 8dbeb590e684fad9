import { encodeHtml } from '../core/html.ts';

/** Control characters, and those that turn the direction of what follows or hide in it. */
const unseen = /[\p{Cc}\p{Cs}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]+/gu;

const wordJoiner = '\u2060';

/**
 * Text of a customer or of Microsoft as one plain line for people: no mark-up, mention or link can be made of it in a card, a
 * chat that a tool passes it on to, or a text message. It reads the same, except that brackets become their wide forms.
 */
export function plainLine(text: string, most: number): string {
  const line = text.replaceAll(unseen, ' ').replaceAll(/\s+/gu, ' ').trim();
  const inert = line
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('[', '［')
    .replaceAll(']', '］')
    .replaceAll('{', '｛')
    .replaceAll('}', '｝')
    .replaceAll('`', 'ʼ')
    .replaceAll('*', '∗')
    .replaceAll('_', 'ˍ')
    .replaceAll('~', '∼')
    .replaceAll('|', '∣')
    .replaceAll('@', '＠')
    .replaceAll('#', '＃')
    .replaceAll('!', 'ǃ')
    .replaceAll('\\', '⧵')
    .replaceAll(':', `:${wordJoiner}`)
    // A point or slash between two words is what makes an address of them.
    .replaceAll(/(?<=[\p{L}\p{N}])([./])(?=[\p{L}\p{N}/])/gu, `$1${wordJoiner}`);
  return shortened(inert, most);
}

/** At most `most` UTF-16 units, never half a character. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, Math.max(0, most - 1));
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/** Text inside an element or a quoted attribute of HTML. */
export const htmlText = (text: string): string => encodeHtml(text.replaceAll(unseen, ' '));
