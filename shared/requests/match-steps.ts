import { dayMs, fromIso, hourMs } from '../core/clock.ts';
import { learntLateMs } from './began.ts';
import type { Concept } from './concept.ts';
import { echoes } from './echo.ts';
import type { Mine, Step, Theirs, MatchInput } from './match-sides.ts';
import type { LiveIncident } from './ports.ts';
import { names } from './profile.ts';
import { kinshipOf, serviceNameOf, serviceWords, type Kinship } from './service-words.ts';
import { kindred } from './symptom-words.ts';
import { found } from './words.ts';

const kinshipPoints: Record<Exclude<Kinship, 'none'>, number> = { same: 0.3, kin: 0.25, foundation: 0.15 };

export function byService({ request }: Mine, incident: LiveIncident, theirs: Theirs): Step | undefined {
  const name = incident.serviceName;
  if (theirs.serviceNames.some((words) => found(request.spoken.whole, words).length > 0))
    return { points: 0.3, why: `the text names the service: ${name}`, isTie: true };
  const product = theirs.products.find(({ words }) => found(request.spoken.whole, words).length > 0);
  if (product !== undefined) return { points: 0.3, why: `both name the product: ${product.name}`, isTie: true };
  if (request.service === null) return { points: 0.2 };
  const kinship = kinshipOf(request.service, incident.service);
  if (kinship === 'none') return request.isSaid ? undefined : { points: isGuess(request) ? 0.1 : -0.1 };
  const why = {
    same: `same service: ${name}`,
    kin: `${serviceNameOf(request.service)} and ${name} share their machinery`,
    foundation: `${serviceNameOf(request.service)} stands on ${name}`,
  };
  return { points: kinshipPoints[kinship], why: why[kinship], isTie: true };
}

/** A service that the text names by what it does only (“meeting”, “mail”) may be another one. */
function isGuess({ service, spoken }: MatchInput): boolean {
  const words = serviceWords.find((one) => one.id === service);
  const isIn = (list: string) => found(spoken.whole, list).length > 0;
  return words !== undefined && !isIn(words.strong) && isIn(words.weak);
}

const sum = (all: Iterable<number>): number => [...all].reduce((total, one) => total + one, 0);

/** What is spoken of as rarely as this is hardly spoken of by chance. */
const distinctive = 0.8;

/** How much of what the incident is about the request speaks of, and how much of something else. */
export function byParts(mine: Mine, theirs: Theirs): Step[] {
  const both = [...mine.parts.keys()].filter((part) => theirs.parts.has(part));
  const shared = sum(both.map((part) => part.weight * (theirs.parts.get(part) ?? 0)));
  const core = sum(
    [...theirs.parts]
      .filter(([, prominence]) => prominence === 1)
      .map(([part]) => (part.weight > 0.5 ? part.weight : part.weight / 2)),
  );
  const other = [...mine.parts].filter(([part]) => !theirs.parts.has(part) && part.weight >= 0.7);
  const isClear = ([part, prominence]: [Concept, number]) => prominence === 1 && part.weight >= 0.8;
  const clear = [...theirs.parts].filter(isClear).map(([part]) => part);
  const isHit = clear.some((part) => mine.parts.has(part));
  const wellThere = [...mine.fine].filter((part) => theirs.parts.get(part) === 1 && part.weight >= 0.4);
  const steps: Step[] = [];
  const echoed = echoes(theirs.rare, mine.words);
  if (echoed.length > 0)
    steps.push({
      points: Math.min(0.15, 0.1 * echoed.length),
      why: `both say ${echoed.map((word) => `“${word}”`).join(', ')}`,
    });
  if (shared === 0 && echoed.length === 0)
    steps.push({ points: -0.15, why: 'against it: nothing is said of what the incident is about' });
  if (shared > 0)
    steps.push({
      points: 0.35 * Math.min(1, shared / Math.max(0.6, core)),
      why: `same part: ${names(both)}`,
      isTie: both.some(({ weight }) => weight >= distinctive),
    });
  if (shared > 0 && clear.length > 0 && !isHit)
    steps.push({ points: -0.15, why: `against it: nothing is said of ${names(clear)}` });
  if (other.length > 0) {
    const points = Math.min(
      0.35,
      sum(other.map(([part, prominence]) => (isHit ? 0.08 : 0.15) * part.weight * prominence)),
    );
    steps.push({ points: -points, why: `against it: the request speaks of ${names(other.map(([part]) => part))}` });
  }
  if (wellThere.length > 0) steps.push({ points: -0.2, why: `against it: said to work: ${names(wellThere)}` });
  const bothFine = [...mine.fine].filter((part) => theirs.fine.has(part));
  if (bothFine.length > 0) steps.push({ points: 0.1, why: `both say what works: ${names(bothFine)}` });
  return steps;
}

export function bySymptoms(mine: Mine, theirs: Theirs): Step {
  if (mine.symptoms.size === 0) return { points: -0.3, why: 'against it: the request names nothing that goes wrong' };
  const both = [...mine.symptoms.keys()].filter((one) => theirs.symptoms.has(one));
  const clear = both.filter((one) => one.weight >= 0.5);
  if (clear.length > 0) {
    // “Outlook crashes”: a product and a symptom are all that such an incident is about.
    const isAll = ![...theirs.parts.values()].includes(1) && theirs.products.length > 0;
    return { points: isAll ? 0.45 : 0.25, why: `same symptom: ${names(clear)}` };
  }
  return byKindred(mine, theirs, both);
}

/** Where no clear symptom is the same: one that may be meant, or another one. */
function byKindred(mine: Mine, theirs: Theirs, both: readonly Concept[]): Step {
  const ours = [...mine.symptoms.keys()];
  const named = [...theirs.symptoms].filter(([one, prominence]) => prominence === 1 && one.weight >= 0.5);
  const others = named.length > 0 ? named.map(([one]) => one) : [...theirs.symptoms.keys()];
  const akin = ours.filter((one) => others.some((other) => isAkin(one, other)));
  if (akin.length > 0 || (both.length > 0 && named.length === 0))
    return { points: 0.15, why: `symptom that fits: ${names(new Set([...both, ...akin]))}` };
  if (ours.every((one) => one.weight < 0.5)) return { points: 0.1 };
  if (both.length > 0 || theirs.symptoms.size === 0) return { points: 0 };
  return { points: -0.2, why: 'against it: another symptom' };
}

const isAkin = (one: Concept, other: Concept): boolean =>
  (kindred[one.id]?.includes(other.id) ?? false) || (kindred[other.id]?.includes(one.id) ?? false);

/** Clauses that are farther from each other than this speak of two matters. */
const neighbours = 1;

/** What is spoken of and what goes wrong, each as the incident has it, but far from each other. */
export function byDistance(mine: Mine, theirs: Theirs): Step {
  const places = (ours: Iterable<Concept>, other: ReadonlyMap<Concept, number>) =>
    [...ours].filter((one) => other.has(one)).flatMap((one) => mine.where.get(one) ?? []);
  // A word such as “mail” names what is late, or how somebody was told of something else.
  const isByTask = mine.request.service !== null && isGuess(mine.request);
  const named = [...mine.parts.keys()].filter(({ weight }) => !isByTask || weight >= 0.5);
  const parts = places(named, theirs.parts);
  const clear = [...mine.symptoms.keys()].filter((one) => one.weight >= 0.5);
  const troubles = places(clear, theirs.symptoms);
  const isNear = parts.some((at) => troubles.some((other) => Math.abs(at - other) <= (isByTask ? 0 : neighbours)));
  const isRare = [...mine.parts.keys()].some((one) => one.weight >= distinctive && theirs.parts.has(one));
  return isRare || parts.length === 0 || troubles.length === 0 || isNear
    ? { points: 0 }
    : { points: -0.2, why: 'against it: the trouble is told of something else' };
}

export function byCodes(mine: Mine, theirs: Theirs): Step {
  const both = [...mine.codes].filter((code) => theirs.codes.has(code));
  return both.length === 0
    ? { points: 0 }
    : {
        points: both.some((code) => code.length > 4) ? 0.35 : 0.2,
        why: `same code: ${both.slice(0, 8).join(', ')}`,
        isTie: true,
      };
}

export function byRegions(mine: Mine, theirs: Theirs): Step {
  if (mine.regions.length === 0 || theirs.regions.length === 0) return { points: 0 };
  const both = mine.regions.filter((one) => theirs.regions.includes(one));
  return both.length > 0
    ? { points: 0.15, why: `same region: ${names(both)}` }
    : { points: -0.5, why: `against it: another region, ${names(mine.regions)}`, rulesOut: true };
}

export function byTime({ began, request }: Mine, incident: LiveIncident): Step {
  const early = fromIso(incident.startedAt) - (began ?? request.receivedAt);
  if (early > dayMs)
    return { points: -0.5, why: 'against it: the trouble began long before the incident', rulesOut: true };
  if (early > learntLateMs + hourMs) return { points: -0.15, why: 'against it: the trouble began before the incident' };
  return began === undefined ? { points: 0.05 } : { points: 0.1, why: 'the trouble began when the incident was open' };
}
