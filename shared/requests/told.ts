import { clausesOf as heardClauses } from './clauses.ts';
import { clausesIn, moodOf, type Mood } from './moods.ts';
import { withoutMatters } from './everyday-matters.ts';
import { partsOf, withoutAddresses } from './own-words.ts';
import { parts } from './part-words.ts';
import { serviceWords } from './service-words.ts';
import { createSpelling, type Spelling } from './meant-words.ts';
import { symptoms, troubles } from './symptom-words.ts';
import { found, readable } from './words.ts';

/** A part of a sentence as rules see it, and how it is meant. */
export type Clause = { text: string; mood: Mood; inTitle: boolean };

/** What is wrong is said early; a log pasted below it would only add chance words, and time. */
const charactersRead = 4_000;

/** Words of every text that are a letter away from one that says something (“compliance”). */
const plainWords = 'complain, complains, complained, complaining, complaint, complaints';

/** Made when the first text is read: it would be a tenth of what loading the desk takes. */
let made: Spelling | undefined;
const spelling: Spelling = (word) => {
  made ??= createSpelling([
    ...parts.map((one) => one.words),
    ...troubles.map((one) => one.words),
    ...serviceWords.map((one) => one.strong),
    plainWords,
  ]);
  return made(word);
};

/** A readable text with the words that were probably meant beside those that were written. */
function meant(text: string): string {
  const added = new Set(text.split(' ').flatMap((word) => spelling(word)));
  return added.size === 0 ? text : `${text}${[...added].join(' ')} `;
}

export function clausesOf(text: string, inTitle = false): Clause[] {
  const clauses: Clause[] = [];
  for (const part of clausesIn(text)) {
    if (isDenied(part)) continue;
    const clause = withoutMatters(readable(part));
    const [words, mood] = [meant(clause), isUntroubled(part) ? 'works' : moodOf(clause)];
    const isOfWish = clauses.at(-1)?.mood === 'wish' && continues.test(clause);
    const whose = mood === 'works' && !isUntroubled(part) && isClearComplaint(words) ? 'plain' : mood;
    clauses.push({ text: words, mood: isOfWish ? 'wish' : whose, inTitle });
  }
  return clauses;
}

/** “This is not about Teams”: named in order not to be meant. */
const isDenied = (part: string): boolean => heardClauses(part).every(({ standing }) => standing === 'denied');

/** “Mail is not delayed”. */
const isUntroubled = (part: string): boolean => heardClauses(part).every(({ standing }) => standing === 'fine');

/** “We want a flow, which delays an order”: what is wanted, no trouble. */
const continues = /^ (?:that|which|who|so that|der|die|das|den|dem|dass|damit) /;

/** “It arrives, an hour late” is no praise. */
const isClearComplaint = (text: string): boolean =>
  symptoms.some((one) => one.weight >= 0.5 && found(text, one.words).length > 0);

/** What a request tells, clause by clause: the title, and its writer's own words. */
export function toldIn({ title, description }: { title: string; description: string }): Clause[] {
  const { own } = partsOf(description.slice(0, charactersRead));
  return [...clausesOf(withoutAddresses(title), true), ...clausesOf(own)];
}
