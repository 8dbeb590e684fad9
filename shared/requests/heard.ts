import { clausesOf, type Clause } from './clauses.ts';
import { withoutEveryday } from './everyday-words.ts';
import { partsOf, withoutAddresses } from './own-words.ts';
import { mended } from './spelling.ts';
import { spokenOf, type Spoken } from './words.ts';

type Text = { title: string; description: string };

/** A request as it is listened to. */
export type Heard = {
  /** Everything but what is named in order not to be meant. Readable, with slips mended. */
  topic: Spoken;
  /** Of that, what is still trouble: neither over, nor said to work. */
  complaint: Spoken;
  /** Both again without words of everyday life that look like a product or like the desk's business. */
  plainTopic: Spoken;
  plainComplaint: Spoken;
  /** It says that the trouble is over. */
  isOver: boolean;
};

/** What is wrong is said early: more would only add chance words, and time. Characters. */
const charactersHeard = 4_000;

/** Hears what the sender says; only where the sender says nothing, what the sender quotes. */
export function heardOf({ title, description }: Text): Heard {
  const { own, quoted } = partsOf(description.slice(0, 4 * charactersHeard));
  const said = /[\p{L}\p{N}]/u.test(own) ? own : quoted;
  return heard({ title: withoutAddresses(title), description: said.slice(0, charactersHeard) });
}

function heard({ title, description }: Text): Heard {
  const parts = { title: clausesOf(title), description: clausesOf(description) };
  const all = [...parts.title, ...parts.description];
  const over = all.findLastIndex(({ standing }) => standing === 'over');
  const isOpen = new Set(all.filter(({ standing }, at) => at > over && standing === 'said'));
  const listen = (isMeant: (clause: Clause) => boolean): Spoken => {
    const text = (clauses: Clause[]) => clauses.map((one) => (isMeant(one) ? one.text : ' . ')).join('');
    return inEach(spokenOf({ title: text(parts.title), description: text(parts.description) }), mended);
  };
  const topic = listen(({ standing }) => standing !== 'denied');
  const complaint = listen((clause) => isOpen.has(clause));
  return {
    topic,
    complaint,
    plainTopic: inEach(topic, withoutEveryday),
    plainComplaint: inEach(complaint, withoutEveryday),
    isOver: over >= 0,
  };
}

const inEach = ({ title, whole }: Spoken, mend: (text: string) => string): Spoken => ({
  title: mend(title),
  whole: mend(whole),
});
