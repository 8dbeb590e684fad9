import { dayMs, fromIso, hourMs } from '../core/clock.ts';
import type { LiveIncident } from './ports.ts';
import { kinshipOf, serviceNameOf, type Kinship } from './service-words.ts';
import { parts, symptoms, type Concept } from './symptom-words.ts';
import type { LikelyIncident } from './triage-answer.ts';
import { found, readable, type Spoken } from './words.ts';

/** A match below this is not shown: the desk would rather say nothing. Our own default. */
export const likelyFrom = 0.6;
const mostShown = 5;

export type MatchInput = {
  spoken: Spoken;
  /** Null where neither the sender nor the text names a service. */
  service: string | null;
  /** When the trouble began, as the sender says. */
  startedAt?: string | undefined;
  receivedAt: number;
};

type Step = { points: number; why?: string };

/**
 * Which live incidents of the customer a request looks like, most likely first. Confidence is the sum of what speaks for the
 * match less what speaks against it, between 0 and 1; the service alone is never enough: the symptom decides.
 */
export function likelyIncidents(request: MatchInput, incidents: readonly LiveIncident[]): LikelyIncident[] {
  return incidents
    .map((incident) => matchOf(request, incident))
    .filter((match): match is LikelyIncident => match !== undefined && match.confidence >= likelyFrom)
    .sort((a, b) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1))
    .slice(0, mostShown);
}

/** The score of one pair; undefined where the services have nothing to do with each other. */
function matchOf(request: MatchInput, incident: LiveIncident): LikelyIncident | undefined {
  const theirs = readable(`${incident.title}\n${incident.feature}\n${incident.impact}`);
  const service = byService(request.service, incident);
  if (service === undefined) return undefined;
  const steps = [
    service,
    byConcepts({ concepts: parts, points: 0.35, against: 0.3, of: 'part' }, request.spoken.whole, theirs),
    byConcepts({ concepts: symptoms, points: 0.25, against: 0.25, of: 'symptom' }, request.spoken.whole, theirs),
    byTime(request, incident),
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

const kinshipPoints: Record<Exclude<Kinship, 'none'>, number> = { same: 0.35, kin: 0.25, foundation: 0.25 };

function byService(ours: string | null, incident: LiveIncident): Step | undefined {
  if (ours === null) return { points: 0.2 };
  const kinship = kinshipOf(ours, incident.service);
  if (kinship === 'none') return undefined;
  const name = incident.serviceName;
  const why = {
    same: `same service: ${name}`,
    kin: `${serviceNameOf(ours)} and ${name} share their machinery`,
    foundation: `${serviceNameOf(ours)} stands on ${name}`,
  };
  return { points: kinshipPoints[kinship], why: why[kinship] };
}

type Ground = { concepts: readonly Concept[]; points: number; against: number; of: string };

/** What both speak of counts for the match; where both are clear and speak of different things, it counts against it. */
function byConcepts({ concepts, points, against, of }: Ground, ours: string, theirs: string): Step {
  const mine = concepts.filter((one) => found(ours, one.words).length > 0);
  const microsofts = concepts.filter((one) => found(theirs, one.words).length > 0);
  const both = mine.filter((one) => microsofts.includes(one));
  const smaller = Math.min(weigh(mine), weigh(microsofts));
  if (weigh(mine) === 0) return { points: of === 'symptom' ? -against : 0 };
  if (smaller === 0) return { points: 0 };
  if (weigh(both) >= 1 || (both.length > 0 && smaller < 1)) {
    const share = weigh(both) / Math.max(1, smaller);
    return { points: points * Math.min(1, share), why: `same ${of}: ${both.map((one) => one.name).join(', ')}` };
  }
  return smaller >= 1 ? { points: -against } : { points: 0 };
}

const weigh = (concepts: readonly Concept[]): number => concepts.reduce((sum, one) => sum + one.weight, 0);

function byTime({ startedAt, receivedAt }: MatchInput, incident: LiveIncident): Step {
  const began = fromIso(incident.startedAt);
  const felt = startedAt === undefined ? receivedAt : fromIso(startedAt);
  const early = began - felt;
  if (early > dayMs) return { points: -0.4 };
  if (early > 2 * hourMs) return { points: -0.1 };
  if (startedAt === undefined) return { points: 0.05 };
  return { points: 0.1, why: 'the trouble began when the incident was open' };
}
