import { mineOf, theirsOf, type MatchInput, type Mine } from './match-sides.ts';
import { byCodes, byDistance, byParts, byRegions, byService, bySymptoms, byTime } from './match-steps.ts';
import type { LiveIncident } from './ports.ts';
import type { LikelyIncident } from './triage-answer.ts';

/** A match below this is not shown: the desk would rather say nothing. Set on the labelled set (ADR 0025). */
export const likelyFrom = 0.7;
/** From here on a match cannot be ruled out. */
const possibleFrom = 0.45;
/** Closer to each other than this, two are equally likely; then both are shown where both are this sure, and neither is otherwise. */
const tie = 0.09;
const sureFrom = 0.8;
const mostShown = 5;
/** Where neither the service nor anything distinctive is named, all that fits is what many texts say. */
const untied = 0.4;

/** With whether it is out of the question, whatever else fits: another time, another region. */
export type Compared = LikelyIncident & { isRuledOut: boolean };

/**
 * How much a request looks like each of the customer's live incidents, most likely first. Confidence is the sum of what speaks
 * for the match less what speaks against it, between 0 and 1. Pure; one pass over the incidents.
 */
export function compared(request: MatchInput, incidents: readonly LiveIncident[]): Compared[] {
  const mine = mineOf(request);
  return incidents
    .map((incident) => matchOf(mine, incident))
    .filter((match) => match !== undefined)
    .sort((a, b) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1));
}

/** Of what was compared, what is likely enough to be named: mostly one, or none. */
export function likelyIncidents(all: readonly Compared[]): LikelyIncident[] {
  const best = all[0]?.confidence ?? 0;
  const rivals = all.filter((one) => one.confidence >= best - tie);
  const enough = rivals.length > 1 ? sureFrom : likelyFrom;
  return rivals
    .filter((match) => match.confidence >= enough)
    .slice(0, mostShown)
    .map((match) => withRivals(match, rivals));
}

/** Of what was compared, the one that may well be behind the request though it is not likely enough to be named. */
export const possibleIncident = (
  all: readonly LikelyIncident[],
  incidents: readonly LiveIncident[],
): LiveIncident | undefined => incidents.find(({ id }) => id === all[0]?.id && all[0].confidence >= possibleFrom);

function withRivals(compared: Compared, rivals: readonly Compared[]): LikelyIncident {
  const { id, title, confidence, why, nextUpdateBy } = compared;
  const others = rivals.filter((one) => one.id !== id).map((one) => one.id);
  return {
    ...{ id, title, confidence },
    why: others.length === 0 ? why : [...why, `as likely: ${others.join(', ')}`],
    ...(nextUpdateBy !== undefined && { nextUpdateBy }),
  };
}

/** The score of one pair; undefined where the services have nothing to do with each other. */
function matchOf(mine: Mine, incident: LiveIncident): Compared | undefined {
  const theirs = theirsOf(incident);
  const service = byService(mine, incident, theirs);
  if (service === undefined) return undefined;
  const steps = [
    service,
    ...byParts(mine, theirs),
    bySymptoms(mine, theirs),
    byDistance(mine, theirs),
    byCodes(mine, theirs),
    byRegions(mine, theirs),
    byTime(mine, incident),
    ...mine.against,
  ];
  const isTied = steps.some((step) => step.isTie === true);
  const sum = Math.min(
    steps.reduce((total, step) => total + step.points, 0),
    isTied ? 1 : untied,
  );
  return {
    id: incident.id,
    title: incident.title.slice(0, 300),
    confidence: Math.round(Math.min(1, Math.max(0, sum)) * 100) / 100,
    why: steps.flatMap((step) => (step.why === undefined ? [] : [step.why])),
    isRuledOut: steps.some((step) => step.rulesOut === true),
    ...(incident.nextUpdateBy !== undefined && { nextUpdateBy: incident.nextUpdateBy }),
  };
}
