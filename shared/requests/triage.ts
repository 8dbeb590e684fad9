import type { AdminLink } from '../customers/admin-links.ts';
import { boundaryRules, signWords, type BoundaryRule, type Sign } from './boundary-rules.ts';
import { categoryWords } from './category-words.ts';
import { likelyIncidents } from './incident-match.ts';
import type { IntakeCustomer, LiveIncident } from './ports.ts';
import type { Category } from './request.ts';
import { serviceIdOf, serviceNameOf, serviceWords } from './service-words.ts';
import { symptoms } from './symptom-words.ts';
import type { LikelyIncident, Triage } from './triage-answer.ts';
import { found, spokenOf, strengthOf, type Spoken } from './words.ts';

export type TriageInput = {
  request: {
    title: string;
    description: string;
    category?: Category | undefined;
    service?: string | undefined;
    startedAt?: string | undefined;
  };
  /** Milliseconds since the epoch. */
  receivedAt: number;
  /** Microsoft's open incidents that affect the customer. */
  incidents: readonly LiveIncident[];
  coverage?: IntakeCustomer['coverage'] | undefined;
  expectedFirstResponseAt: string | null;
  adminLinks: (service: string) => AdminLink[];
};

type Source = Triage['sources']['category'];
type Opinion<T> = { value: T | null; source: Source; reason: string };

/**
 * What the desk thinks of a request, and why: which kind, which service, whose to solve, which live incident it looks like.
 * Depends on nothing but its argument. Texts may be English, German or Japanese; what cannot be told is null.
 */
export function triage(input: TriageInput): Triage {
  const spoken = spokenOf(input.request);
  const named = serviceOf(input.request.service, spoken);
  const incidents = likelyIncidents(
    { spoken, service: named.value, startedAt: input.request.startedAt, receivedAt: input.receivedAt },
    input.incidents,
  );
  const service = named.value === null ? serviceByIncident(named, incidents, input.incidents) : named;
  const category = categoryOf(input.request.category, spoken, incidents);
  const boundary = boundaryOf(spoken, { service: service.value, category: category.value, incidents });
  return {
    category: category.value,
    service: service.value,
    boundary: boundary.value,
    sources: { category: category.source, service: service.source, boundary: boundary.source },
    reasons: [category.reason, service.reason, boundary.reason, ...incidentReasons(incidents, input)],
    likelyIncidents: incidents,
    expectedFirstResponseAt: input.expectedFirstResponseAt,
    // What is broken or not: the customer's service health is where everyone looks first.
    adminLinks: [service.value, 'service-health'].flatMap((one) => (one === null ? [] : input.adminLinks(one))),
  };
}

/** The triage after a person at the desk has said what it is: that word wins, and the boundary follows from it. */
export function corrected(
  before: Triage,
  said: { category?: Category | undefined; service?: string | undefined },
  text: { title: string; description: string },
): Triage {
  const category = said.category ?? before.category;
  const service = said.service === undefined ? before.service : serviceIdOf(said.service);
  const boundary = boundaryOf(spokenOf(text), { service, category, incidents: before.likelyIncidents });
  const about = [
    said.category === undefined ? [] : [`category ${said.category}: said by a person at the desk`],
    said.service === undefined ? [] : [`service ${serviceNameOf(service ?? '')}: said by a person at the desk`],
  ].flat();
  return {
    ...before,
    category,
    service,
    boundary: boundary.value,
    sources: {
      category: said.category === undefined ? before.sources.category : 'person',
      service: said.service === undefined ? before.sources.service : 'person',
      boundary: 'rule',
    },
    reasons: [...about, boundary.reason, ...before.reasons.filter((reason) => !reason.startsWith('boundary '))].slice(
      0,
      20,
    ),
  };
}

function categoryOf(
  said: Category | undefined,
  spoken: Spoken,
  incidents: readonly LikelyIncident[],
): Opinion<Category> {
  if (said !== undefined) return { value: said, source: 'sender', reason: `category ${said}: said by the sender` };
  const candidates = [
    ...categoryWords.map(({ category, weight, words }) => ({ category, ...strengthOf(spoken, words, weight) })),
    { category: 'technical' as const, ...symptomStrength(spoken) },
  ];
  const best = strongest(candidates);
  if (best)
    return {
      value: best.category,
      source: 'rule',
      reason: `category ${best.category}: the text says ${quoted(best.words)}`,
    };
  if (incidents.length > 0) {
    return { value: 'technical', source: 'rule', reason: 'category technical: the request looks like a live incident' };
  }
  return { value: null, source: 'rule', reason: 'category unknown: the text does not decide it' };
}

function symptomStrength(spoken: Spoken): { strength: number; words: string[] } {
  const each = symptoms.map((one) => strengthOf(spoken, one.words));
  return { strength: each.reduce((sum, one) => sum + one.strength, 0), words: each.flatMap((one) => one.words) };
}

function serviceOf(said: string | undefined, spoken: Spoken): Opinion<string> {
  if (said !== undefined) {
    const id = serviceIdOf(said);
    return { value: id, source: 'sender', reason: `service ${serviceNameOf(id)}: said by the sender` };
  }
  const candidates = serviceWords.map(({ id, strong, weak }) => {
    const [byName, byTask] = [strengthOf(spoken, strong, 4), strengthOf(spoken, weak)];
    return { id, strength: byName.strength + byTask.strength, words: [...byName.words, ...byTask.words] };
  });
  const best = strongest(candidates);
  if (!best) return { value: null, source: 'rule', reason: 'service unknown: the text does not decide it' };
  return {
    value: best.id,
    source: 'rule',
    reason: `service ${serviceNameOf(best.id)}: the text says ${quoted(best.words)}`,
  };
}

/** Where only an incident tells which service it is about. */
function serviceByIncident(
  unknown: Opinion<string>,
  likely: readonly LikelyIncident[],
  live: readonly LiveIncident[],
): Opinion<string> {
  const incident = live.find((one) => one.id === likely[0]?.id);
  if (incident === undefined) return unknown;
  const value = serviceIdOf(incident.service);
  return { value, source: 'rule', reason: `service ${incident.serviceName}: that of incident ${incident.id}` };
}

/** The one that speaks loudest; none when nothing speaks, or two speak equally loud. */
function strongest<T extends { strength: number }>(candidates: readonly T[]): T | undefined {
  const [first, second] = [...candidates].sort((a, b) => b.strength - a.strength);
  return first !== undefined && first.strength > (second?.strength ?? 0) ? first : undefined;
}

type Known = { service: string | null; category: Category | null; incidents: readonly LikelyIncident[] };

function boundaryOf(spoken: Spoken, known: Known): Opinion<NonNullable<Triage['boundary']>> {
  const rule = boundaryRules.find((one) => fits(one, spoken, known));
  if (rule === undefined) return { value: null, source: 'rule', reason: 'boundary unknown: no rule fits' };
  return {
    value: rule.boundary,
    source: 'rule',
    reason: `boundary ${rule.boundary}: ${rule.because} (${rule.source})`,
  };
}

function fits(rule: BoundaryRule, spoken: Spoken, { service, category, incidents }: Known): boolean {
  if (category === null) return false;
  const sameKind = rule.category === '*' || rule.category === category;
  const sameService = rule.service === '*' || rule.service === service;
  return sameKind && sameService && (rule.when === undefined || isSeen(rule.when, spoken, incidents));
}

const isSeen = (sign: Sign, spoken: Spoken, incidents: readonly LikelyIncident[]): boolean =>
  sign === 'live-incident' ? incidents.length > 0 : found(spoken.whole, signWords[sign]).length > 0;

function incidentReasons(likely: readonly LikelyIncident[], { incidents, coverage }: TriageInput): string[] {
  const trouble = coverage?.trouble;
  return [
    ...likely.map((one) => `incident ${one.id} fits with ${String(one.confidence)}: ${one.why.join('; ')}`),
    ...(likely.length === 0 && incidents.length > 0 ? ['none of the live incidents of this customer fits'] : []),
    ...(trouble && trouble.isNotice !== true
      ? [`service health of this customer has not been readable since ${trouble.since}: ${trouble.code}`]
      : []),
  ];
}

const quoted = (words: readonly string[]): string =>
  [...new Set(words)]
    .slice(0, 6)
    .map((word) => `“${word}”`)
    .join(', ');
