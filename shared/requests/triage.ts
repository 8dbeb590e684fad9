import type { AdminLink } from '../customers/admin-links.ts';
import { createQuoting } from './as-written.ts';
import { boundaryOf, type BoundaryOpinion } from './boundary-of.ts';
import type { RulesInForce } from './boundary-rule.ts';
import { builtInRules } from './boundary-rules.ts';
import { categoryOf } from './category-of.ts';
import { heardOf } from './heard.ts';
import { compared, likelyIncidents, possibleIncident } from './incident-match.ts';
import { openIncidentFor } from './open-incident.ts';
import type { IntakeCustomer, LiveIncident } from './ports.ts';
import type { Category } from './request.ts';
import { kindReason, serviceOf, type ServiceOpinion } from './service-of.ts';
import { serviceIdOf } from './service-words.ts';
import type { LikelyIncident, Triage } from './triage-answer.ts';

export type TriageInput = {
  request: {
    title: string;
    description: string;
    category?: Category | undefined;
    service?: string | undefined;
    startedAt?: string | undefined;
    evidence?: Record<string, unknown> | undefined;
  };
  /** Milliseconds since the epoch. */
  receivedAt: number;
  /** Microsoft's open incidents that affect the customer. */
  incidents: readonly LiveIncident[];
  coverage?: IntakeCustomer['coverage'] | undefined;
  expectedFirstResponseAt: string | null;
  adminLinks: (service: string) => AdminLink[];
  /** Whose it is to solve, by which rules; the desk's own where left out. */
  rules?: RulesInForce;
  /** What a person at the desk has said: it wins over the sender's word. */
  person?: { category?: Category | undefined; service?: string | undefined };
};

/**
 * What the desk thinks of a request, and why: which kind, which service, whose to solve, which live incident it looks like.
 * Depends on nothing but its argument. Texts may be English, German or Japanese; what cannot be told is null.
 */
export function triage(input: TriageInput): Triage {
  const { request, receivedAt, rules = builtInRules, person = {} } = input;
  const heard = heardOf(request);
  const named = inNameOf(
    person.service,
    serviceOf(person.service === undefined ? request : { ...request, service: person.service }, heard),
  );
  const asked = {
    ...{ text: request, spoken: heard.plainComplaint, isOver: heard.isOver },
    ...{ service: named.value, isSaid: named.source !== 'rule', startedAt: request.startedAt, receivedAt },
  };
  // Another maker's product is not what an incident of Microsoft's is about.
  const live = named.isOtherProduct === true ? [] : input.incidents;
  const all = compared(asked, live);
  const ruledOut = new Set(all.filter((one) => one.isRuledOut).map(({ id }) => id));
  const open = live.filter(({ id }) => !ruledOut.has(id));
  const incidents = likelyIncidents(all);
  const service = named.value === null && !named.isOtherProduct ? byIncident(named, incidents, live) : named;
  const category = inNameOf(
    person.category,
    categoryOf(person.category ?? request.category, heard, { service: service.value, incidents }),
  );
  const maybe =
    possibleIncident(all, open) ??
    openIncidentFor({ service: service.value, complaint: heard.plainComplaint.whole }, open);
  const boundary = boundaryOf(
    {
      complaint: heard.complaint.whole,
      category: category.value,
      service: service.value,
      kind: service.kind,
      hasLikelyIncident: incidents.length > 0,
      hasOpenIncident: maybe !== undefined,
      isOtherProduct: service.isOtherProduct === true,
    },
    rules.rules,
  );
  return {
    category: category.value,
    service: service.value,
    resourceKind: service.kind,
    ...decidedBy(boundary, rules),
    sources: { category: category.source, service: service.source, boundary: boundary.source },
    reasons: [
      ...[category.reason, service.reason].map(createQuoting(request)),
      ...[...kindReason(service.kind), boundary.reason],
      ...incidentReasons(incidents, input, boundary.rule === 'open-incident' ? maybe : undefined),
    ],
    likelyIncidents: incidents,
    expectedFirstResponseAt: input.expectedFirstResponseAt,
    // What is broken or not: the customer's service health is where everyone looks first.
    adminLinks: [service.value, 'service-health'].flatMap((one) => (one === null ? [] : input.adminLinks(one))),
  };
}

/** What was said was said by the sender, unless a person at the desk said it. */
const inNameOf = <T extends { source: Triage['sources']['category']; reason: string }>(said: unknown, opinion: T): T =>
  said === undefined
    ? opinion
    : { ...opinion, source: 'person', reason: opinion.reason.replace('the sender', 'a person at the desk') };

const decidedBy = ({ value, rule }: BoundaryOpinion, { version }: RulesInForce) => ({
  boundary: value,
  boundaryRule: rule,
  rulesVersion: version,
});

/** Where only an incident tells which service it is about. */
function byIncident(
  unknown: ServiceOpinion,
  likely: readonly LikelyIncident[],
  live: readonly LiveIncident[],
): ServiceOpinion {
  const incident = live.find((one) => one.id === likely[0]?.id);
  if (incident === undefined) return unknown;
  const value = serviceIdOf(incident.service);
  return { value, source: 'rule', reason: `service ${incident.serviceName}: that of incident ${incident.id}` };
}

function incidentReasons(
  likely: readonly LikelyIncident[],
  { incidents, coverage }: TriageInput,
  maybe: LiveIncident | undefined,
): string[] {
  const trouble = coverage?.trouble;
  return [
    ...likely.map((one) => `incident ${one.id} fits with ${String(one.confidence)}: ${one.why.join('; ')}`),
    ...(maybe === undefined ? [] : [`incident ${maybe.id} is open for ${maybe.serviceName} and may be it`]),
    ...(likely.length === 0 && maybe === undefined && incidents.length > 0
      ? ['none of the live incidents of this customer fits']
      : []),
    ...(trouble && trouble.isNotice !== true
      ? [`service health of this customer has not been readable since ${trouble.since}: ${trouble.code}`]
      : []),
  ];
}
