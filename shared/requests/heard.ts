import { categoryWords } from './category-words.ts';
import { clausesOf, type Clause } from './clauses.ts';
import { withoutEveryday } from './everyday-words.ts';
import { partsOf, withoutAddresses } from './own-words.ts';
import { mended } from './spelling.ts';
import { symptoms } from './symptom-words.ts';
import { found, readable, spokenOf, type Spoken } from './words.ts';

type Text = { title: string; description: string };

/** A request as it is listened to. */
export type Heard = {
  /** What is said to be wrong: neither denied, nor over, nor said to work. Readable, with slips mended. */
  complaint: Spoken;
  /** The same without words of everyday life that look like a product or like the desk's business. */
  plainComplaint: Spoken;
  /** Everything but what is denied, without such words: what it is about, be it over or not. */
  plainTopic: Spoken;
  /** It says that the trouble is over. */
  isOver: boolean;
};

/** What is wrong is said early: more would only add chance words, and time. Characters. */
const charactersHeard = 4_000;

/** Hears what the sender says; only where the sender says nothing, what the sender quotes. */
export function heardOf({ title, description }: Text): Heard {
  const { own, quoted } = partsOf(description.slice(0, 2 * charactersHeard).normalize('NFKC'));
  const said = /[\p{L}\p{N}]/u.test(own) ? own : quoted;
  return heard({ title: withoutAddresses(title.normalize('NFKC')), description: said.slice(0, charactersHeard) });
}

function heard({ title, description }: Text): Heard {
  const parts = { title: clausesOf(title), description: clausesOf(description) };
  const all = [...parts.title, ...parts.description];
  const over = lastOver(all);
  const isOpen = new Set(all.filter(({ standing }, at) => at > over && standing === 'said'));
  const listen = (isMeant: (clause: Clause) => boolean) => {
    const text = (clauses: Clause[]) => clauses.map((one) => (isMeant(one) ? one.text : ' . ')).join('');
    const spoken = inEach(spokenOf({ title: text(parts.title), description: text(parts.description) }), mended);
    return { spoken, plain: inEach(spoken, withoutEveryday) };
  };
  const isTopic = ({ standing }: Clause) => standing !== 'denied';
  const topic = listen(isTopic);
  // Mostly both are the same.
  const complaint = all.every((one) => isTopic(one) === isOpen.has(one)) ? topic : listen((one) => isOpen.has(one));
  return {
    complaint: complaint.spoken,
    plainTopic: topic.plain,
    plainComplaint: complaint.plain,
    isOver: over >= 0,
  };
}

const troubleWords = [categoryWords.technical, ...symptoms.map(({ words }) => words)].join(', ');

/** The clause by which everything before is over; -1 where there is none, or where trouble is told after it: it came back. */
function lastOver(clauses: readonly Clause[]): number {
  const over = clauses.findLastIndex(({ standing }) => standing === 'over');
  const after = clauses.slice(over + 1).filter(({ standing }) => standing === 'said');
  return after.some(({ text }) => found(withoutEveryday(readable(text)), troubleWords).length > 0) ? -1 : over;
}

const inEach = ({ title, whole }: Spoken, mend: (text: string) => string): Spoken => ({
  title: mend(title),
  whole: mend(whole),
});
