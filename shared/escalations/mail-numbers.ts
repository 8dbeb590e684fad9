import type { MailText } from './mail-text.ts';

/** Numbers of cases in a text: `named` ones follow words such as `TrackingID#`, `bare` ones are 16 digits by themselves. */
type Found = { named: string[]; bare: string[] };

/** What a mail says of the case that it is about. `bare`: the number is in the text without a word that says what it is. */
export type CaseHint = { number?: string | undefined; isBare?: boolean | undefined; marker?: string | undefined };

/** Why nobody can say which case a mail is about. */
export type NoHint = 'two-numbers' | 'two-markers' | 'nothing-named';

const gap = String.raw`\s{0,4}`;
const words = [
  String.raw`tracking[\s-]{0,2}id`,
  String.raw`case(?:${gap}(?:number|no\.?|id))?`,
  String.raw`(?:support|service)${gap}request(?:${gap}(?:number|no\.?|id))?`,
  String.raw`\bSR(?:${gap}(?:number|no\.?))?`,
  String.raw`fall(?:nummer|-nr\.?)?`,
  String.raw`anfrage(?:nummer|-nr\.?)?`,
  String.raw`ticket(?:nummer|-nr\.?|${gap}number)?`,
  'vorgangsnummer',
  String.raw`追跡${gap}(?:ID|番号)`,
  String.raw`ケース${gap}(?:ID|番号)?`,
  String.raw`(?:サポート(?:${gap}リクエスト)?|お?問い?合わせ|受付|SR)${gap}(?:ID|番号)`,
];
const named = new RegExp(
  String.raw`(?:${words.join('|')})${gap}(?:is|lautet|は)?${gap}[#:\[(]{0,3}${gap}(\d{14,16})(?!\d)`,
  'giu',
);
const bare = /(?<![\d.,/-])\d{16}(?![\d/-])/gu;
const marker = /(?<![A-Z0-9-])DESK-([A-Z2-7]{10})(?![A-Z0-9])/giu;

const once = (texts: readonly string[]): string[] => [...new Set(texts)];

/** Full-width forms are the same letters. */
const normal = (text: string): string => text.normalize('NFKC');

function numbersIn(text: string): Found {
  const found = once([...normal(text).matchAll(named)].map((match) => match[1] ?? ''));
  const others = once([...normal(text).matchAll(bare)].map(([number]) => number));
  return { named: found, bare: others.filter((number) => !found.includes(number)) };
}

const markersIn = (text: string): string[] =>
  once([...normal(text).matchAll(marker)].map((match) => `DESK-${(match[1] ?? '').toUpperCase()}`));

/**
 * Which case a mail is about, by its subject, then by its new text; what it quotes of older mails decides nothing, because threads
 * are taken up again for other cases. Contradictions are left to a person.
 */
export function caseHint(subject: string, { said }: Pick<MailText, 'said'>): CaseHint | NoHint {
  const markers = once([...markersIn(subject), ...markersIn(said)]);
  if (markers.length > 1) return 'two-markers';
  const number = numberOf(numbersIn(subject), numbersIn(said));
  if (number === 'two-numbers') return number;
  const [mark] = markers;
  if (number === undefined && mark === undefined) return 'nothing-named';
  return { ...number, ...(mark !== undefined && { marker: mark }) };
}

function numberOf(inSubject: Found, inText: Found): Pick<CaseHint, 'number' | 'isBare'> | 'two-numbers' | undefined {
  const subjects = inSubject.named.length > 0 ? inSubject.named : inSubject.bare;
  const texts = inText.named.length > 0 ? inText.named : inText.bare;
  const [first] = subjects;
  if (subjects.length > 1) return 'two-numbers';
  if (first !== undefined) {
    const isContradicted = inText.named.length > 0 && !inText.named.includes(first);
    return isContradicted ? 'two-numbers' : { number: first, ...(inSubject.named.length === 0 && { isBare: true }) };
  }
  const [only] = texts;
  if (texts.length > 1) return 'two-numbers';
  return only === undefined ? undefined : { number: only, ...(inText.named.length === 0 && { isBare: true }) };
}
