/** Something that happens to an incident at one moment of the world clock; what is left out stays as it was. */
export type IncidentStep = {
  at: number;
  status?: string;
  /** Tenants affected from now on (the whole set). */
  customers?: string[];
  post?: { type: 'quick' | 'regular' | 'strategic'; html: string };
};

export type Incident = {
  id: string;
  title: string;
  /** Graph's display name, such as `Exchange Online`. */
  service: string;
  feature: string;
  featureGroup: string;
  impactDescription: string;
  classification: 'incident' | 'advisory';
  origin: 'microsoft' | 'thirdParty' | 'customer';
  startAt: number;
  /** In order of time; steps that lie ahead of the world clock have not happened yet. */
  steps: IncidentStep[];
};

/** The incident as Microsoft would show it at one moment. */
export type IncidentNow = Omit<Incident, 'steps'> & {
  status: string;
  isResolved: boolean;
  endAt: number | undefined;
  lastModifiedAt: number;
  customers: string[];
  posts: { at: number; type: string; html: string }[];
};

/** What the control endpoint may say about an incident. */
export type IncidentChange = {
  id: string;
  service?: string | undefined;
  classification?: 'incident' | 'advisory' | undefined;
  status?: string | undefined;
  customers?: string[] | undefined;
  post?: string | undefined;
  title?: string | undefined;
};

// In small letters: documents and service do not agree on the case of these values.
const resolvedStatuses = new Set([
  'servicerestored',
  'postincidentreviewpublished',
  'falsepositive',
  'resolved',
  'mitigated',
  'resolvedexternal',
  'mitigatedexternal',
]);

/** Folds the steps that have happened; undefined when the incident has not begun yet. */
export function incidentAt(incident: Incident, now: number): IncidentNow | undefined {
  const { steps, ...fixed } = incident;
  const happened = steps.filter((step) => step.at <= now);
  const last = happened.at(-1);
  if (last === undefined) return undefined;
  const view: IncidentNow = {
    ...fixed,
    status: 'investigating',
    isResolved: false,
    endAt: undefined,
    lastModifiedAt: last.at,
    customers: [],
    posts: [],
  };
  for (const step of happened) {
    view.customers = step.customers ?? view.customers;
    if (step.post) view.posts.push({ at: step.at, ...step.post });
    if (step.status === undefined) continue;
    const isResolved = resolvedStatuses.has(step.status.toLowerCase());
    if (!isResolved) view.endAt = undefined;
    else if (!view.isResolved) view.endAt = step.at;
    view.status = step.status;
    view.isResolved = isResolved;
  }
  return view;
}

/** A new incident, or the next step of a known one. Whoever steers an incident by hand takes it off its schedule. */
export function changeIncident(known: Incident | undefined, change: IncidentChange, now: number): Incident {
  const past = known?.steps.filter((step) => step.at <= now) ?? [];
  // Microsoft's times never repeat for two changes of one issue, and pollers compare them.
  const at = Math.max(now, (past.at(-1)?.at ?? 0) + 1);
  const begun = known ?? newIncident(change, at);
  return {
    ...begun,
    service: change.service ?? begun.service,
    classification: change.classification ?? begun.classification,
    title: change.title ?? begun.title,
    steps: [...past, stepOf(change, at, past.length === 0)],
  };
}

function newIncident({ id, service = 'Microsoft 365 suite' }: IncidentChange, startAt: number): Incident {
  return {
    id,
    title: `Some users may be unable to use ${service}`,
    service,
    feature: service,
    featureGroup: service,
    impactDescription: `Users may be unable to use ${service} as expected.`,
    classification: 'incident',
    origin: 'microsoft',
    startAt,
    steps: [],
  };
}

function stepOf({ status, customers, post }: IncidentChange, at: number, isFirst: boolean): IncidentStep {
  return {
    at,
    ...(status !== undefined && { status }),
    ...(customers !== undefined && { customers }),
    ...(post !== undefined && { post: { type: isFirst ? 'quick' : 'regular', html: `<p>${post}</p>` } }),
  };
}
