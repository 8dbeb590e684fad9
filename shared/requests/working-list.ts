import { checks } from './checks.ts';
import { isAmong } from './service-groups.ts';
import type { Triage, TriageAnswer } from './triage-answer.ts';
import { wantedEvidence } from './wanted-evidence.ts';

type Applies = { services: readonly string[]; category: string; kind?: string };

const applies =
  ({ category, service, resourceKind }: Triage) =>
  (one: Applies): boolean =>
    one.category === category &&
    isAmong(service, one.services) &&
    (one.kind === undefined || one.kind === resourceKind);

/**
 * A triage as it is answered. What to check first and what Microsoft will ask for follows from category, service and kind, and is
 * not kept: only what was given with the request is its own.
 */
export function withWorkingList(triage: Triage, evidence: Record<string, unknown> = {}): TriageAnswer {
  const linkTo = (opens: 'service' | 'service-health' | undefined): string | undefined => {
    const wanted = opens === 'service' ? triage.service : opens;
    return triage.adminLinks.find(({ service }) => service === wanted)?.url;
  };
  return {
    ...triage,
    checks: checksOf(triage).map(({ id, text, opens }) => ({ id, text, link: linkTo(opens) })),
    evidence: evidenceOf(triage, evidence),
  };
}

const evidenceOf = (triage: Triage, evidence: Record<string, unknown>): TriageAnswer['evidence'] =>
  wantedEvidence
    .filter(applies(triage))
    .map(({ key, of = [key], text }) => ({ key, text, given: of.some((name) => Object.hasOwn(evidence, name)) }));

/** What Microsoft will ask for and nobody has given yet. */
export const missingEvidence = (triage: Triage, evidence: Record<string, unknown> = {}): string[] =>
  evidenceOf(triage, evidence)
    .filter(({ given }) => !given)
    .map(({ text }) => text);

const checksOf = (triage: Triage) => checks.filter(applies(triage));

/** What is to be looked at first. */
export const checkTexts = (triage: Triage): string[] => checksOf(triage).map(({ text }) => text);
