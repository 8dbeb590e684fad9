import { signWords } from './boundary-signs.ts';
import { categoryWords } from './category-words.ts';
import type { Heard } from './heard.ts';
import type { Category } from './request.ts';
import { groupOf } from './service-groups.ts';
import { quoted, strongest, type Opinion } from './service-of.ts';
import { symptoms } from './symptom-words.ts';
import type { LikelyIncident } from './triage-answer.ts';
import { strengthOf, type Spoken } from './words.ts';

/** A word of business says more than a word of trouble, which everyone says. */
const businessWeight = 3;

/** Words that say that something fails, and not what; nobody learns anything from them. */
const fillers = new Set(
  `${categoryWords.denial}, does not, do not, did not, doesn t, don t, didn t, no longer, cannot, can t, cant, couldn t, can, nicht mehr`.split(
    ', ',
  ),
);

type Known = { service: string | null; incidents: readonly LikelyIncident[] };

/** What kind of request it is: the sender's word, or the text's. */
export function categoryOf(said: Category | undefined, heard: Heard, known: Known): Opinion<Category> {
  if (said !== undefined) return { value: said, source: 'sender', reason: `category ${said}: said by the sender` };
  const best = strongest(candidatesOf(heard.plainComplaint, known.service));
  // Papers and licences are also spoken of where Microsoft's service fails.
  if (best && (best.category === 'technical' || known.incidents.length === 0)) {
    const telling = best.words.filter((word) => !fillers.has(word));
    const said = telling.length > 0 ? quoted(telling) : 'that something does not work';
    const reason = `category ${best.category}: the text says ${said}`;
    return { value: best.category, source: 'rule', reason };
  }
  if (known.incidents.length > 0) {
    return { value: 'technical', source: 'rule', reason: 'category technical: the request looks like a live incident' };
  }
  const reason = heard.isOver ? 'it says that the trouble is over' : 'the text does not decide it';
  return { value: null, source: 'rule', reason: `category unknown: ${reason}` };
}

/** Symptoms that papers show as well as products. */
const ofPapers: readonly string[] = ['late', 'returned', 'missing', 'doubled'];

type Candidate = { category: Category; strength: number; words: readonly string[] };

function candidatesOf(spoken: Spoken, service: string | null): Candidate[] {
  const by = (words: string, weight: number) => strengthOf(spoken, words, weight);
  const said = symptoms.map((one) => ({ ...one, ...by(one.words, 1) })).filter(({ strength }) => strength > 0);
  const trouble = [...said, by(`${categoryWords.technical}, ${signWords['service-fault']}`, 1)];
  const isClear = said.some(({ weight }) => weight >= 1);
  // A paper can be late, missing or doubled as well.
  const isBroken = trouble.some(
    (one) => one.strength > 0 && !('id' in one && typeof one.id === 'string' && ofPapers.includes(one.id)),
  );
  const subscription = by(categoryWords.subscription, businessWeight);
  return [
    {
      category: 'billing',
      ...sumOf([
        by(categoryWords.billing, businessWeight),
        // A business app that fails over an invoice is broken; the invoice is not what is asked about.
        by(categoryWords.papers, isBroken && isBusinessApp(service) ? 0 : businessWeight),
      ]),
    },
    {
      category: 'subscription',
      // A product that complains of its licence is broken, unless somebody wants to buy.
      ...sumOf([
        subscription,
        by(categoryWords.licences, isBroken && subscription.strength === 0 ? 0 : businessWeight),
      ]),
    },
    // “How can I stop the crashes” asks for a repair.
    { category: 'advisory', ...by(categoryWords.advisory, isClear ? 0.5 : businessWeight) },
    {
      category: 'technical',
      ...sumOf([...trouble, ...(isOfAThing(spoken, service) ? [quietly(by(categoryWords.denial, 1))] : [])]),
    },
  ];
}

/** Something is named that may fail to do what it should: a product, or a thing in the building. */
const isOfAThing = (spoken: Spoken, service: string | null): boolean =>
  service !== null || strengthOf(spoken, signWords.premises).strength > 0;

/** Counts once, however often it is said: less than any other word. */
const quietly = ({ strength, words }: { strength: number; words: readonly string[] }) => ({
  strength: Math.min(strength, 0.9),
  words,
});

const sumOf = (all: readonly { strength: number; words: readonly string[] }[]) => {
  const spoken = all.filter(({ strength }) => strength > 0);
  return {
    strength: spoken.reduce((sum, { strength }) => sum + strength, 0),
    words: spoken.flatMap(({ words }) => words),
  };
};

const isBusinessApp = (service: string | null): boolean =>
  service !== null && (['dynamics-365', 'power-platform'].includes(groupOf(service)) || service === 'O365Client');
