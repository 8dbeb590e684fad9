import type { WordList } from './words.ts';

/** Shorter words are too easily mistaken for others. */
const shortestMended = 5;
/** Longer ones are no words: a key, a path, a row of one letter. What is tried grows with the square of the length. */
const longestMended = 40;
/** Short words that differ by a replaced letter are mostly two words: “comes” and “codes”. */
const shortestReplaced = 8;
const shortestBeginning = 7;
const shortestCompound = 8;
const shortestHalf = 4;

/** Adds, to the words of a text, those that were probably meant. */
export type Spelling = (word: string) => readonly string[];

/**
 * Finds what a word of Latin script that no list knows may stand for: one that is a letter away (left out, added, replaced, or
 * two changed places; the first one is right), and the second half of a German compound whose first half is known. Deletions of
 * known words are looked up, so a word costs as much as it is long, however many the lists hold.
 */
export function createSpelling(lists: readonly WordList[]): Spelling {
  const whole = new Set<string>();
  const begun = new Set<string>();
  const inPhrases = new Set<string>();
  for (const word of lists.flatMap((list) => list.split(', '))) {
    if (word.includes(' ')) for (const one of word.split(' ')) inPhrases.add(one.replace('*', ''));
    if (!/^[a-z]+\*?$/.test(word)) continue;
    if (word.endsWith('*')) begun.add(word.slice(0, -1));
    else whole.add(word);
  }
  const known = new Set([...whole, ...begun]);
  const near = new Map<string, string[]>();
  for (const word of known) {
    if (word.length < shortestMended) continue;
    for (const key of new Set([word, ...deletionsOf(word)])) near.set(key, [...(near.get(key) ?? []), word]);
  }
  const isKnown = (word: string): boolean =>
    whole.has(word) || inPhrases.has(word) || beginningsOf(word, 2).some((beginning) => begun.has(beginning));

  const mended = (word: string): string[] => {
    const tries = [word, ...beginningsOf(word, shortestBeginning - 1)];
    for (const attempt of new Set(tries)) {
      for (const key of [attempt, ...deletionsOf(attempt)]) {
        const meant = near
          .get(key)
          ?.find(
            (one) => isMeant(one, attempt) && (attempt === word || (begun.has(one) && one.length >= shortestBeginning)),
          );
        if (meant !== undefined) return [meant];
      }
    }
    return [];
  };
  return (word) => {
    if (word.length < shortestMended || word.length > longestMended || !/^[a-z]+$/.test(word)) return [];
    const half = word.length < shortestCompound ? undefined : secondHalfOf(word, known);
    if (half !== undefined) return [half];
    return isKnown(word) ? [] : mended(word);
  };
}

const beginningsOf = (word: string, shortest: number): string[] =>
  Array.from({ length: Math.max(0, word.length - shortest + 1) }, (_, n) => word.slice(0, word.length - n));

const deletionsOf = (word: string): string[] =>
  Array.from({ length: word.length - 1 }, (_, n) => word.slice(0, n + 1) + word.slice(n + 2));

function commonStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** One letter apart, or two neighbours changed places; not at the ends: a plural is no slip, and the first letter is right. */
function isMeant(known: string, written: string): boolean {
  if (!known.startsWith(written.charAt(0)) || known.at(-1) !== written.at(-1)) return false;
  if (known === `${written}s` || written === `${known}s`) return false;
  const from = commonStart(known, written);
  const [theirs, ours] = [known.slice(from), written.slice(from)];
  const isReplaced = known.length >= shortestReplaced && theirs.slice(1) === ours.slice(1);
  const isSwapped =
    theirs.startsWith(ours.charAt(1)) && ours.startsWith(theirs.charAt(1)) && theirs.slice(2) === ours.slice(2);
  return from > 0 && (isReplaced || isSwapped || theirs.slice(1) === ours || theirs === ours.slice(1));
}

/** “Postfachsuche” begins with a word that is known: what follows it, less a linking s, is a word of its own. */
function secondHalfOf(word: string, known: ReadonlySet<string>): string | undefined {
  for (let at = word.length - shortestHalf + 1; at >= shortestHalf; at--) {
    if (!known.has(word.slice(0, at))) continue;
    const half = word.slice(at).replace(/^s(?=[^aeiou])/, '');
    if (half.length >= 3 && (known.has(half) || beginningsOf(half, shortestHalf).some((one) => known.has(one))))
      return half;
  }
  return undefined;
}
