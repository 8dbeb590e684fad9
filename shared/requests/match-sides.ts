import { beganAt } from './began.ts';
import { rareWords, wordsOf } from './echo.ts';
import { manyPeople, ownCauses } from './own-causes.ts';
import type { LiveIncident } from './ports.ts';
import { parts } from './part-words.ts';
import { products } from './products.ts';
import { profileOf, type Profile } from './profile.ts';
import { serviceWords } from './service-words.ts';
import { clausesOf, toldIn, type Clause } from './told.ts';
import { found, readable, type Spoken } from './words.ts';

export type MatchInput = {
  /** As it was sent. */
  text: { title: string; description: string };
  /** Of that, what is complained of, as the rest of triage reads it: where services are named. */
  spoken: Spoken;
  /** Null where neither the sender nor the text names a service. */
  service: string | null;
  /** The sender named the service: others are out of the question. */
  isSaid: boolean;
  /** It says that the trouble is over. */
  isOver: boolean;
  /** When the trouble began, as the sender says. */
  startedAt?: string | undefined;
  receivedAt: number;
};

/** What speaks for or against a match, and in words. */
export type Step = {
  points: number;
  why?: string;
  /** It ties the request to the service or to what the incident is about; what everything has in common does not. */
  isTie?: boolean;
  /** Whatever else fits: this incident it cannot be. */
  rulesOut?: boolean;
};

/** What an incident says: computed once, whatever it is compared with. */
export type Theirs = Profile & {
  serviceNames: readonly string[];
  products: typeof products;
  rare: ReadonlyMap<string, string>;
};
/** What a request says. */
export type Mine = Profile & {
  words: ReadonlySet<string>;
  request: MatchInput;
  began: number | undefined;
  against: readonly Step[];
};

export function mineOf(request: MatchInput): Mine {
  const clauses = toldIn(request.text);
  const profile = profileOf(clauses.map((one) => ({ ...one, prominence: one.inTitle ? 1 : 0.7 })));
  const words = wordsOf(clauses.map((one) => one.text).join(' '));
  return {
    ...profile,
    parts: profile.parts.size > 0 ? profile.parts : wholeOf(request.spoken.whole),
    words,
    request,
    began: beganAt({ ...request, clauses }),
    against: onItsOwn(clauses, request.isOver),
  };
}

/** “SharePoint is slow” is said of its sites. */
function wholeOf(text: string): Profile['parts'] {
  const named = products.filter(({ whole, words }) => whole !== undefined && found(text, words).length > 0);
  const meant = parts.filter(({ id }) => named.some(({ whole }) => whole === id));
  return new Map(meant.map((part) => [part, 1]));
}

/** Incidents are kept as they are as long as their revision stands. */
const taken = new WeakMap<LiveIncident, Theirs>();

export function theirsOf(incident: LiveIncident): Theirs {
  const known = taken.get(incident);
  if (known) return known;
  const said = (text: string, prominence: number) => clausesOf(text).map((one) => ({ ...one, prominence }));
  const profile = profileOf([
    ...said(incident.title, 1),
    ...said(incident.feature, 0.4),
    ...said(incident.impact, 0.4),
  ]);
  const id = serviceWords.find((one) => one.id === incident.service)?.strong ?? '';
  const named = readable(`${incident.title} ${incident.feature}`);
  const theirs = {
    ...profile,
    products: products.filter(({ words }) => found(named, words).length > 0),
    rare: rareWords(`${incident.title} ${incident.impact}`),
    serviceNames: [id, productOf(incident.serviceName)].filter((words) => words !== ''),
  };
  taken.set(incident, theirs);
  return theirs;
}

/** “Microsoft Purview” is called Purview. */
const productOf = (name: string): string =>
  readable(name)
    .split(' ')
    .filter(
      (word) =>
        word.length > 4 && !['microsoft', 'online', 'suite', 'azure', 'power', 'business', 'office'].includes(word),
    )
    .join(', ');

const isOwn = ({ words, patterns = [] }: (typeof ownCauses)[number], text: string): boolean =>
  found(text, words).length > 0 || patterns.some((one) => one.test(text));

/** What the request says of its own cause, whatever the incident. */
function onItsOwn(clauses: readonly Clause[], isOver: boolean): Step[] {
  const plain = clauses
    .filter((one) => one.mood !== 'tried')
    .map((one) => one.text)
    .join(' ');
  const areMany = found(plain, manyPeople).length > 0;
  const causes = ownCauses.filter((one) => !(areMany && one.ofOnePerson === true) && isOwn(one, plain));
  const steps = causes
    .slice(0, 2)
    .map(({ name }, n): Step => ({ points: n === 0 ? -0.4 : -0.2, why: `against it: it speaks of ${name}` }));
  const wishes = clauses.filter((one) => one.mood === 'wish');
  if (wishes.length > 0)
    steps.push({ points: wishes.some((one) => one.inTitle) ? -0.4 : -0.2, why: 'against it: it asks for something' });
  if (isOver || clauses.some((one) => one.mood === 'solved'))
    steps.push({ points: -0.5, why: 'against it: it says that it is solved' });
  if (areMany) steps.push({ points: 0.05, why: 'several people are affected' });
  return steps;
}
