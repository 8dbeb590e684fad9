import type { AdminLink } from '../customers/admin-links.ts';
import { createQuoting } from './as-written.ts';
import { boundaryOf, type BoundaryOpinion, type Case } from './boundary-of.ts';
import type { RulesInForce } from './boundary-rule.ts';
import { builtInRules } from './boundary-rules.ts';
import { categoryOf } from './category-of.ts';
import { heardOf, type Heard } from './heard.ts';
import { compared, likelyIncidents, possibleIncident } from './incident-match.ts';
import { openIncidentFor } from './open-incident.ts';
import type { IntakeCustomer, LiveIncident } from './ports.ts';
import type { Category } from './request.ts';
import { kindReason, serviceOf, type ServiceOpinion } from './service-of.ts';
import { serviceIdOf, serviceNameOf } from './service-words.ts';
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
};

/**
 * What the desk thinks of a request, and why: which kind, which service, whose to solve, which live incident it looks like.
 * Depends on nothing but its argument. Texts may be English, German or Japanese; what cannot be told is null.
 */
export function triage(input: TriageInput): Triage {
  const { request, receivedAt, rules = builtInRules } = input;
  const heard = heardOf(request);
  const named = serviceOf(request, heard);
  const asked = {
    ...{ text: request, spoken: heard.plainComplaint, isOver: heard.isOver },
    ...{ service: named.value, isSaid: named.source === 'sender', startedAt: request.startedAt, receivedAt },
  };
  // Another maker's product is not what an incident of Microsoft's is about.
  const live = named.isOtherProduct === true ? [] : input.incidents;
  const all = compared(asked, live);
  const ruledOut = new Set(all.filter((one) => one.isRuledOut).map(({ id }) => id));
  const open = live.filter(({ id }) => !ruledOut.has(id));
  const incidents = likelyIncidents(all);
  const service = named.value === null && !named.isOtherProduct ? byIncident(named, incidents, live) : named;
  const category = categoryOf(request.category, heard, { service: service.value, incidents });
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

const decidedBy = ({ value, rule }: BoundaryOpinion, { version }: RulesInForce) => ({
  boundary: value,
  boundaryRule: rule,
  rulesVersion: version,
});

type Said = { category?: Category | undefined; service?: string | undefined };
type Text = Pick<TriageInput['request'], 'title' | 'description' | 'evidence'>;
/** What was sent, and the rules in force now; the desk's own where left out. */
type Ground = Text & { rules?: RulesInForce };

/** The triage after a person at the desk has said what it is: that word wins, and the boundary follows from it. */
export function corrected(before: Triage, said: Said, { rules = builtInRules, ...text }: Ground): Triage {
  const { resourceKind } = before;
  const heard = heardOf(text);
  const category = said.category ?? before.category;
  const service = said.service === undefined ? before.service : serviceIdOf(said.service);
  const kind = said.service === undefined ? resourceKind : serviceOf({ ...text, service: said.service }, heard).kind;
  const boundary = boundaryOf(caseAfter(before, { category, service, kind, said, heard, text }), rules.rules);
  const about = [
    ...(said.category === undefined ? [] : [`category ${said.category}: said by a person at the desk`]),
    ...(said.service === undefined ? [] : [`service ${serviceNameOf(service ?? '')}: said by a person at the desk`]),
  ];
  const isOld = (reason: string) => /^(?:boundary |resource kind)/.test(reason);
  return {
    ...before,
    category,
    service,
    resourceKind: kind,
    ...decidedBy(boundary, rules),
    sources: {
      category: said.category === undefined ? before.sources.category : 'person',
      service: said.service === undefined ? before.sources.service : 'person',
      boundary: 'rule',
    },
    reasons: [...about, ...kindReason(kind), boundary.reason, ...before.reasons.filter((one) => !isOld(one))].slice(
      0,
      20,
    ),
  };
}

type Correction = Pick<Case, 'category' | 'service' | 'kind'> & { said: Said; heard: Heard; text: Text };

const caseAfter = (before: Triage, { said, heard, text, ...known }: Correction): Case => ({
  ...known,
  complaint: heard.complaint.whole,
  hasLikelyIncident: before.likelyIncidents.length > 0,
  // Which incidents were open then is not kept; a person who names the service has looked.
  hasOpenIncident: said.service === undefined && before.boundaryRule === 'open-incident',
  isOtherProduct: known.service === null && serviceOf(text, heard).isOtherProduct === true,
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
