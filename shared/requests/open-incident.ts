import type { LiveIncident } from './ports.ts';
import { kinshipOf } from './service-words.ts';
import type { Concept } from './concept.ts';
import { parts } from './part-words.ts';
import { symptoms } from './symptom-words.ts';
import { found, readable } from './words.ts';

const spokenIn = (text: string, concepts: readonly Concept[]): Concept[] =>
  concepts.filter(({ words }) => found(text, words).length > 0);

const share = (ours: readonly Concept[], theirs: readonly Concept[]): boolean =>
  ours.some((one) => theirs.includes(one));

/** What fails is said of everything. */
const clear = symptoms.filter(({ weight }) => weight >= 1);

/** What a text speaks of clearly. */
type Spoken = { parts: readonly Concept[]; clear: readonly Concept[] };

const spokenOf = (text: string): Spoken => ({ parts: spokenIn(text, parts), clear: spokenIn(text, clear) });

/** Incidents are kept as they are as long as their revision stands. */
const taken = new WeakMap<LiveIncident, Spoken>();

function theirsOf(incident: LiveIncident): Spoken {
  const known = taken.get(incident);
  if (known) return known;
  const theirs = spokenOf(readable(`${incident.title}\n${incident.feature}\n${incident.impact}`));
  taken.set(incident, theirs);
  return theirs;
}

/** Whether a complaint speaks clearly of something else than the incident. Two texts that say nothing clear may be one. */
const isAnother = (ours: Spoken, theirs: Spoken): boolean =>
  (['parts', 'clear'] as const).some(
    (kind) => ours[kind].length > 0 && theirs[kind].length > 0 && !share(ours[kind], theirs[kind]),
  );

/** What it speaks of is hardly spoken of by chance. */
const isDistinctive = ({ weight }: Concept): boolean => weight >= 0.8;

/** Of something rare that the incident does not speak of, and of no trouble that it speaks of. */
function hasOwnMatter(ours: Spoken, theirs: Spoken): boolean {
  const own = ours.parts.filter(isDistinctive);
  return own.length > 0 && !share(own, theirs.parts) && !share(ours.clear, theirs.clear);
}

/**
 * The first open incident that may be what a request complains of although it is not like enough to be named: then nobody should be
 * told that it is the partner's to solve. Of the service itself, whatever is not clearly something else; of a service below
 * it, or where no service is known, only what speaks of the same part. The complaint, which is a stranger's and may be long, is
 * listened to once, however many incidents there are.
 */
export function openIncidentFor(
  { service, complaint }: { service: string | null; complaint: string },
  incidents: readonly LiveIncident[],
): LiveIncident | undefined {
  const kinshipTo = (incident: LiveIncident) =>
    service === null ? 'foundation' : kinshipOf(service, incident.service);
  const kin = incidents.filter((incident) => kinshipTo(incident) !== 'none');
  if (kin.length === 0) return undefined;
  const ours = spokenOf(complaint);
  return kin.find((incident) => {
    const theirs = theirsOf(incident);
    if (isAnother(ours, theirs)) return false;
    const kinship = kinshipTo(incident);
    if (kinship === 'same') return true;
    return kinship === 'kin' ? !hasOwnMatter(ours, theirs) : share(ours.parts, theirs.parts);
  });
}
