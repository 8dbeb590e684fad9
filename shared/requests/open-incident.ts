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

/** Whether a complaint speaks clearly of something else than the incident. Two texts that say nothing clear may be one. */
function isAnother(complaint: string, theirs: string): boolean {
  return [parts, clear].some((concepts) => {
    const [ours, other] = [spokenIn(complaint, concepts), spokenIn(theirs, concepts)];
    return ours.length > 0 && other.length > 0 && !share(ours, other);
  });
}

/** What it speaks of is hardly spoken of by chance. */
const isDistinctive = ({ weight }: Concept): boolean => weight >= 0.8;

/** Of something rare that the incident does not speak of, and of no trouble that it speaks of. */
function hasOwnMatter(complaint: string, theirs: string): boolean {
  const own = spokenIn(complaint, parts).filter(isDistinctive);
  if (own.length === 0 || share(own, spokenIn(theirs, parts))) return false;
  return !share(spokenIn(complaint, clear), spokenIn(theirs, clear));
}

/**
 * The first open incident that may be what a request complains of although it is not like enough to be named: then nobody should be
 * told that it is the partner's to solve. Of the service itself, whatever is not clearly something else; of a service below
 * it, or where no service is known, only what speaks of the same part.
 */
export function openIncidentFor(
  { service, complaint }: { service: string | null; complaint: string },
  incidents: readonly LiveIncident[],
): LiveIncident | undefined {
  return incidents.find((incident) => {
    const theirs = readable(`${incident.title}\n${incident.feature}\n${incident.impact}`);
    const kinship = service === null ? 'foundation' : kinshipOf(service, incident.service);
    if (kinship === 'none' || isAnother(complaint, theirs)) return false;
    if (kinship === 'same') return true;
    if (kinship === 'kin') return !hasOwnMatter(complaint, theirs);
    return share(spokenIn(complaint, parts), spokenIn(theirs, parts));
  });
}
