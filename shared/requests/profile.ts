import { parts } from './part-words.ts';
import { regions } from './region-words.ts';
import type { Clause } from './told.ts';
import type { Concept } from './concept.ts';
import { troubles } from './symptom-words.ts';
import { found } from './words.ts';

/** What a text speaks of, whoever wrote it. */
export type Profile = {
  /** What is not well, with how prominent it is (1: in the title). */
  parts: ReadonlyMap<Concept, number>;
  symptoms: ReadonlyMap<Concept, number>;
  /** In which clauses each of these is spoken of, by number. */
  where: ReadonlyMap<Concept, readonly number[]>;
  /** What is said to work. */
  fine: ReadonlySet<Concept>;
  regions: readonly Concept[];
  /** Numbers of errors and the like: `aadsts90033`, `503`. */
  codes: ReadonlySet<string>;
};

const saidIn = (text: string, concepts: readonly Concept[]): Concept[] =>
  concepts.filter((one) => found(text, one.words).length > 0);

/** Clauses with a prominence each; what a clause asks for or calls over is no symptom. */
export function profileOf(clauses: readonly (Clause & { prominence: number })[]): Profile {
  const spoken = new Map<Concept, number>();
  const wrong = new Map<Concept, number>();
  const fine = new Set<Concept>();
  const where = new Map<Concept, number[]>();
  const stands = (one: Concept, at: number) => where.set(one, [...(where.get(one) ?? []), at]);
  const whole = clauses.map((one) => one.text).join(' ');
  // Few of all concepts are spoken of; only those are looked for in each clause.
  const [someParts, someTroubles] = [saidIn(whole, parts), saidIn(whole, troubles)];
  for (const [at, { text, mood, prominence }] of clauses.entries()) {
    if (mood === 'past' || mood === 'solved') continue;
    for (const part of saidIn(text, someParts)) {
      if (mood === 'works') fine.add(part);
      else {
        spoken.set(part, Math.max(prominence, spoken.get(part) ?? 0));
        stands(part, at);
      }
    }
    if (mood !== 'plain') continue;
    for (const symptom of saidIn(text, someTroubles)) {
      wrong.set(symptom, Math.max(prominence, wrong.get(symptom) ?? 0));
      stands(symptom, at);
    }
  }
  for (const part of spoken.keys()) fine.delete(part);
  return { parts: spoken, symptoms: wrong, where, fine, regions: saidIn(whole, regions), codes: codesIn(whole) };
}

const codesIn = (text: string): Set<string> =>
  new Set(text.split(' ').filter((word) => /^[a-z0-9]*\d{3,}$/.test(word) && word !== '365'));

/** Reasons are kept with every request, in one column: a text that speaks of everything is not told back whole. */
const mostNamed = 12;

export const names = (concepts: Iterable<Concept>): string =>
  [...concepts]
    .slice(0, mostNamed)
    .map((one) => one.name)
    .join(', ');
