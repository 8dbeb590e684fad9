/**
 * Text as rules see it: one case, half width, umlauts written out, words of Latin script apart from those of other scripts,
 * single spaces, a space at both ends.
 */
export function readable(text: string): string {
  const folded = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .replaceAll('ß', 'ss')
    .replace(/[^\p{L}\p{N}ー]+/gu, ' ')
    .replace(/([\p{Script=Latin}\p{N}])(?=[^\p{Script=Latin}\p{N} ])/gu, '$1 ')
    .replace(/([^\p{Script=Latin}\p{N} ])(?=[\p{Script=Latin}\p{N}])/gu, '$1 ');
  return ` ${folded.trim()} `;
}

/**
 * Words to look for, between commas. Latin ones are whole words, or beginnings where they end in `*`; those of other scripts
 * are found anywhere, since their texts have no spaces. Umlauts are written out.
 */
export type WordList = string;

const isLatin = (word: string): boolean => /^[a-z0-9 *]+$/.test(word);

const patternOf = (word: string): string => (isLatin(word) ? ` ${word} `.replace('* ', '') : word);

/** `start`: a text that lacks it cannot hold the pattern; most texts lack most, and this is told far sooner. */
type Pattern = { pattern: string; start: string | undefined };

/** Lists are constants: each is taken apart once. */
const taken = new Map<WordList, readonly Pattern[]>();

function patternsOf(words: WordList): readonly Pattern[] {
  const known = taken.get(words);
  if (known) return known;
  const patterns = words
    .split(', ')
    .filter((word) => word !== '')
    .map(patternOf)
    .map((pattern) => ({ pattern, start: startOf(pattern) }));
  taken.set(words, patterns);
  return patterns;
}

/** How a Latin word begins, with the space before it, or the first sign of another script. */
const startLength = 3;
const startOf = (pattern: string): string | undefined => {
  if (!pattern.startsWith(' ')) return pattern.charAt(0);
  return pattern.length < startLength ? undefined : pattern.slice(0, startLength);
};

function startsIn(text: string): ReadonlySet<string> {
  const starts = new Set<string>();
  for (let at = 0; at < text.length; at++) {
    starts.add(text[at] === ' ' ? text.slice(at, at + startLength) : text.charAt(at));
  }
  return starts;
}

/** The texts looked at last: one text is held against every list, and against some more than once. */
const lately = new Map<string, { starts: ReadonlySet<string>; hits: Map<WordList, readonly string[]> }>();
const textsRemembered = 128;

function lookedAt(text: string) {
  const known = lately.get(text);
  if (known) return known;
  if (lately.size >= textsRemembered) lately.clear();
  const looked = { starts: startsIn(text), hits: new Map<WordList, readonly string[]>() };
  lately.set(text, looked);
  return looked;
}

/** The words of a list that a readable text speaks of, in the form that stands in it. */
export function found(text: string, words: WordList): readonly string[] {
  const { starts, hits } = lookedAt(text);
  const known = hits.get(words);
  if (known) return known;
  const fresh = hitsIn(text, starts, words);
  hits.set(words, fresh);
  return fresh;
}

function hitsIn(text: string, starts: ReadonlySet<string>, words: WordList): readonly string[] {
  const hits: string[] = [];
  for (const { pattern, start } of patternsOf(words)) {
    if (start !== undefined && !starts.has(start)) continue;
    const at = text.indexOf(pattern);
    if (at >= 0) hits.push(wholeWord(text, at, pattern));
  }
  return hits;
}

/** Endings that make another form of a word, and no other word of it. */
const endings = new Set(
  's es d ed ing ings ce ces se ses y ly ment led ling e en er em et n ns r t te ten ung ungen'.split(' '),
);

/**
 * Of a word that is known by its beginning: the form that the text has; of any other word, which may be a name, no more than the
 * beginning: reasons stand where free text must not.
 */
function wholeWord(text: string, at: number, pattern: string): string {
  if (!pattern.startsWith(' ')) return pattern;
  if (pattern.endsWith(' ')) return pattern.trim();
  const from = at + pattern.length;
  const end = text.indexOf(' ', from);
  const rest = text.slice(from, end < 0 ? undefined : end);
  const known = pattern.slice(1);
  return rest === '' || endings.has(rest) ? known + rest : `${known}…`;
}

/** What a request says; a word in its title says more than one in a long description. */
export type Spoken = { title: string; whole: string };

/** What is wrong is said early; a log pasted below it would only add chance words, and time. */
const charactersRead = 4_000;

export const spokenOf = ({ title, description }: { title: string; description: string }): Spoken => ({
  title: readable(title),
  whole: readable(`${title}\n${description.slice(0, charactersRead)}`),
});

/** How strongly a text speaks of something, and by which words: one for each word, two where the title has it. */
export function strengthOf(
  spoken: Spoken,
  words: WordList,
  weight = 1,
): { strength: number; words: readonly string[] } {
  const all = found(spoken.whole, words);
  const titled = found(spoken.title, words);
  return { strength: weight * (all.length + titled.length), words: all };
}
