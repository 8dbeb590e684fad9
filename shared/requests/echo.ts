import { parts } from './part-words.ts';
import { products } from './products.ts';
import { regions } from './region-words.ts';
import { troubles } from './symptom-words.ts';
import { found, readable } from './words.ts';

/** What stands in incidents of every kind says nothing. */
const common = new Set(
  (
    'users admins customers people organization organizations receive received experience experiencing affected impacted impact ' +
    'intermittently multiple certain other another using within while until although their there these those where which when ' +
    'after again before between message messages error errors service services feature features microsoft office online ' +
    'business issue issues problem problems unable attempt attempting trying access accessing opening viewing using ' +
    'correct correctly expected valid latest recently created added changed change minutes hours several hosted specific ' +
    'works something assigned update latest power outlook project content information general management performance europe japan america'
  ).split(' '),
);

const shortest = 5;
/** Words are the same that begin alike: “pipeline”, “pipelines”. */
const compared = 6;

const beginning = (word: string): string => word.slice(0, compared);

const latin = (text: string): string[] =>
  text.split(' ').filter((word) => word.length >= shortest && /^[a-z]+$/.test(word));

const isListed = (word: string): boolean =>
  [...parts, ...troubles, ...regions, ...products].some((one) => found(` ${word} `, one.words).length > 0);

/** The words of Microsoft's text that no list knows and few texts hold, by their beginnings. */
export const rareWords = (text: string): ReadonlyMap<string, string> =>
  new Map(
    latin(readable(text))
      .filter((word) => !common.has(word) && !isListed(word))
      .map((word) => [beginning(word), word]),
  );

export const wordsOf = (text: string): ReadonlySet<string> => new Set(latin(text).map(beginning));

/** Two are worth all that they are ever worth, and the rest only makes reasons long. */
const mostEchoed = 8;

/** Rare words of Microsoft's that a request says as well. */
export const echoes = (theirs: ReadonlyMap<string, string>, mine: ReadonlySet<string>): string[] =>
  [...theirs]
    .filter(([start]) => mine.has(start))
    .map(([, word]) => word)
    .slice(0, mostEchoed);
