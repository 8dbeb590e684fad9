import { hourMs, dayMs, fromIso } from '../core/clock.ts';
import { beganAt, learntLateMs } from './began.ts';
import { echoes, rareWords, wordsOf } from './echo.ts';
import { manyPeople, ownCauses } from './own-causes.ts';
import type { LiveIncident } from './ports.ts';
import { products } from './products.ts';
import { names, profileOf, type Profile } from './profile.ts';
import { kinshipOf, serviceNameOf, serviceWords, type Kinship } from './service-words.ts';
import { clausesOf, toldIn, type Clause } from './told.ts';
import type { Concept } from './concept.ts';
import { kindred } from './symptom-words.ts';
import type { LikelyIncident } from './triage-answer.ts';
import { found, readable, type Spoken } from './words.ts';

/** A match below this is not shown: the desk would rather say nothing. Set on the labelled set (ADR 0025). */
export const likelyFrom = 0.7;
/** From here on a match cannot be ruled out. */
const possibleFrom = 0.45;
/** Closer to each other than this, two are equally likely; then both are shown where both are this sure, and neither is otherwise. */
const tie = 0.09;
const sureFrom = 0.8;
const mostShown = 5;

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

type Step = { points: number; why?: string };

/** Computed once for an incident, or for a request, whatever it is compared with. */
type Theirs = Profile & {
  serviceNames: readonly string[];
  products: typeof products;
  rare: ReadonlyMap<string, string>;
};
type Mine = Profile & {
  words: ReadonlySet<string>;
  request: MatchInput;
  began: number | undefined;
  against: readonly Step[];
};

/**
 * Which live incidents of the customer a request looks like, most likely first. Confidence is the sum of what speaks for the
 * match less what speaks against it, between 0 and 1; the service alone is never enough: the symptom decides.
 */
export function likelyIncidents(request: MatchInput, incidents: readonly LiveIncident[]): LikelyIncident[] {
  const all = matches(request, incidents);
  const best = all[0]?.confidence ?? 0;
  const rivals = all.filter((one) => one.confidence >= best - tie);
  const enough = rivals.length > 1 ? sureFrom : likelyFrom;
  return rivals
    .filter((match) => match.confidence >= enough)
    .slice(0, mostShown)
    .map((match) => withRivals(match, rivals));
}

/** The incident that may well be behind a request though it is not likely enough to be named. */
export function possibleIncident(request: MatchInput, incidents: readonly LiveIncident[]): LiveIncident | undefined {
  const best = matches(request, incidents)[0];
  return best !== undefined && best.confidence >= possibleFrom
    ? incidents.find((incident) => incident.id === best.id)
    : undefined;
}

export function matches(request: MatchInput, incidents: readonly LiveIncident[]): LikelyIncident[] {
  const mine = mineOf(request);
  return incidents
    .map((incident) => matchOf(mine, incident))
    .filter((match) => match !== undefined)
    .sort((a, b) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1));
}

function withRivals(match: LikelyIncident, rivals: readonly LikelyIncident[]): LikelyIncident {
  const others = rivals.filter((one) => one.id !== match.id).map((one) => one.id);
  return others.length === 0 ? match : { ...match, why: [...match.why, `as likely: ${others.join(', ')}`] };
}

function mineOf(request: MatchInput): Mine {
  const clauses = toldIn(request.text);
  const profile = profileOf(clauses.map((one) => ({ ...one, prominence: one.inTitle ? 1 : 0.7 })));
  const words = wordsOf(clauses.map((one) => one.text).join(' '));
  return {
    ...profile,
    words,
    request,
    began: beganAt({ ...request, clauses }),
    against: onItsOwn(clauses, request.isOver),
  };
}

/** Incidents are kept as they are as long as their revision stands. */
const taken = new WeakMap<LiveIncident, Theirs>();

function theirsOf(incident: LiveIncident): Theirs {
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

/** The score of one pair; undefined where the services have nothing to do with each other. */
function matchOf(mine: Mine, incident: LiveIncident): LikelyIncident | undefined {
  const theirs = theirsOf(incident);
  const service = byService(mine, incident, theirs);
  if (service === undefined) return undefined;
  const steps = [
    service,
    ...byParts(mine, theirs),
    bySymptoms(mine, theirs),
    byCodes(mine, theirs),
    byRegions(mine, theirs),
    byTime(mine, incident),
    ...mine.against,
  ];
  const sum = steps.reduce((total, step) => total + step.points, 0);
  return {
    id: incident.id,
    title: incident.title.slice(0, 300),
    confidence: Math.round(Math.min(1, Math.max(0, sum)) * 100) / 100,
    why: steps.flatMap((step) => (step.why === undefined ? [] : [step.why])),
    ...(incident.nextUpdateBy !== undefined && { nextUpdateBy: incident.nextUpdateBy }),
  };
}

const kinshipPoints: Record<Exclude<Kinship, 'none'>, number> = { same: 0.3, kin: 0.25, foundation: 0.15 };

function byService({ request }: Mine, incident: LiveIncident, theirs: Theirs): Step | undefined {
  const name = incident.serviceName;
  if (theirs.serviceNames.some((words) => found(request.spoken.whole, words).length > 0))
    return { points: 0.3, why: `the text names the service: ${name}` };
  const product = theirs.products.find(({ words }) => found(request.spoken.whole, words).length > 0);
  if (product !== undefined) return { points: 0.3, why: `both name the product: ${product.name}` };
  if (request.service === null) return { points: 0.2 };
  const kinship = kinshipOf(request.service, incident.service);
  if (kinship === 'none') return request.isSaid ? undefined : { points: isGuess(request) ? 0.1 : -0.1 };
  const why = {
    same: `same service: ${name}`,
    kin: `${serviceNameOf(request.service)} and ${name} share their machinery`,
    foundation: `${serviceNameOf(request.service)} stands on ${name}`,
  };
  return { points: kinshipPoints[kinship], why: why[kinship] };
}

/** A service that the text names by what it does only (“meeting”, “mail”) may be another one. */
function isGuess({ service, spoken }: MatchInput): boolean {
  const words = serviceWords.find((one) => one.id === service);
  const isIn = (list: string) => found(spoken.whole, list).length > 0;
  return words !== undefined && !isIn(words.strong) && isIn(words.weak);
}

const sum = (all: Iterable<number>): number => [...all].reduce((total, one) => total + one, 0);

/** How much of what the incident is about the request speaks of, and how much of something else. */
function byParts(mine: Mine, theirs: Theirs): Step[] {
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
    steps.push({ points: 0.35 * Math.min(1, shared / Math.max(0.6, core)), why: `same part: ${names(both)}` });
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

function bySymptoms(mine: Mine, theirs: Theirs): Step {
  if (mine.symptoms.size === 0) return { points: -0.3, why: 'against it: the request names nothing that goes wrong' };
  const both = [...mine.symptoms.keys()].filter((one) => theirs.symptoms.has(one));
  const clear = both.filter((one) => one.weight >= 0.5);
  if (clear.length > 0) {
    // “Outlook crashes”: a product and a symptom are all that such an incident is about.
    const isAll = ![...theirs.parts.values()].includes(1) && theirs.products.length > 0;
    return { points: isAll ? 0.45 : 0.25, why: `same symptom: ${names(clear)}` };
  }
  const named = [...theirs.symptoms].filter(([one, prominence]) => prominence === 1 && one.weight >= 0.5);
  const others = named.length > 0 ? named.map(([one]) => one) : [...theirs.symptoms.keys()];
  const akin = [...mine.symptoms.keys()].filter((one) => others.some((other) => isAkin(one, other)));
  if (akin.length > 0 || (both.length > 0 && named.length === 0))
    return { points: 0.15, why: `symptom that fits: ${names(new Set([...both, ...akin]))}` };
  const isVague = [...mine.symptoms.keys()].every((one) => one.weight < 0.5);
  if (both.length > 0 || isVague) return { points: isVague ? 0.1 : 0 };
  return theirs.symptoms.size === 0 ? { points: 0 } : { points: -0.2, why: 'against it: another symptom' };
}

const isAkin = (one: Concept, other: Concept): boolean =>
  (kindred[one.id]?.includes(other.id) ?? false) || (kindred[other.id]?.includes(one.id) ?? false);

function byCodes(mine: Mine, theirs: Theirs): Step {
  const both = [...mine.codes].filter((code) => theirs.codes.has(code));
  return both.length === 0
    ? { points: 0 }
    : { points: both.some((code) => code.length > 4) ? 0.35 : 0.2, why: `same code: ${both.join(', ')}` };
}

function byRegions(mine: Mine, theirs: Theirs): Step {
  if (mine.regions.length === 0 || theirs.regions.length === 0) return { points: 0 };
  const both = mine.regions.filter((one) => theirs.regions.includes(one));
  return both.length > 0
    ? { points: 0.15, why: `same region: ${names(both)}` }
    : { points: -0.5, why: `against it: another region, ${names(mine.regions)}` };
}

function byTime({ began, request }: Mine, incident: LiveIncident): Step {
  const early = fromIso(incident.startedAt) - (began ?? request.receivedAt);
  if (early > dayMs) return { points: -0.5, why: 'against it: the trouble began long before the incident' };
  if (early > learntLateMs + hourMs) return { points: -0.15, why: 'against it: the trouble began before the incident' };
  return began === undefined ? { points: 0.05 } : { points: 0.1, why: 'the trouble began when the incident was open' };
}

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
