/** What the desk says of a service: red are `degraded` and `down`. */
export const healthLevels = ['healthy', 'advisory', 'degraded', 'down', 'unknown'] as const;
export type HealthLevel = (typeof healthLevels)[number];

export const classifications = ['incident', 'advisory', 'planned-change'] as const;
export type Classification = (typeof classifications)[number];

type Row = Readonly<Record<Exclude<Classification, 'planned-change'>, HealthLevel>>;

const fine: Row = { incident: 'healthy', advisory: 'healthy' };
const noted: Row = { incident: 'advisory', advisory: 'advisory' };
const hurt: Row = { incident: 'degraded', advisory: 'advisory' };
const dead: Row = { incident: 'down', advisory: 'advisory' };

/**
 * Microsoft's status × classification → level. An advisory never colours a customer red.
 * Microsoft docs: serviceHealthIssue, serviceHealthStatus ("resolved" to "reported" are reserved values).
 */
export const severityTable = {
  serviceOperational: fine,
  serviceRestored: fine,
  falsePositive: fine,
  postIncidentReviewPublished: fine,
  resolved: fine,
  resolvedExternal: fine,
  mitigated: fine,
  mitigatedExternal: fine,
  investigating: hurt,
  confirmed: hurt,
  /** Azure's word for everything that is not over. */
  active: hurt,
  reported: hurt,
  restoringService: hurt,
  extendedRecovery: hurt,
  serviceDegradation: hurt,
  serviceInterruption: dead,
  verifyingService: noted,
  investigationSuspended: noted,
} as const satisfies Record<string, Row>;

type KnownStatus = keyof typeof severityTable;

const byLowerCase = new Map(Object.keys(severityTable).map((status) => [status.toLowerCase(), status as KnownStatus]));

/** Microsoft's spelling of a status: documented examples write PascalCase, the live service camelCase. Unknown ones stay as they are. */
export const canonicalStatus = (status: string): string => byLowerCase.get(status.toLowerCase()) ?? status;

/** The level of a status; one that Microsoft invents tomorrow is `unknown`, never an error and never `healthy`. A planned change colours nothing. */
export function severityOf(status: string, classification: Classification): HealthLevel {
  if (classification === 'planned-change') return 'healthy';
  const known = byLowerCase.get(status.toLowerCase());
  return known === undefined ? 'unknown' : severityTable[known][classification];
}

export const isResolvedStatus = (status: string): boolean => severityOf(status, 'incident') === 'healthy';

/** From good to bad; an `unknown` hides nothing worse, and is never hidden by something better. */
const order: readonly HealthLevel[] = ['healthy', 'advisory', 'unknown', 'degraded', 'down'];

export const worst = (levels: readonly HealthLevel[]): HealthLevel =>
  levels.reduce<HealthLevel>((bad, level) => (order.indexOf(level) > order.indexOf(bad) ? level : bad), 'healthy');

type OpenIssue = { status: string; classification: Classification };

/**
 * The level of a service for one customer, from Microsoft's overview and the customer's open issues there. The overview does not
 * say whether it speaks of an advisory; where the open issues are all advisories and one is as bad, it speaks of that.
 */
export function serviceLevel(overview: string, open: readonly OpenIssue[]): HealthLevel {
  const levels = open.map((issue) => severityOf(issue.status, issue.classification));
  return worst(explains(open, overview) ? levels : [...levels, severityOf(overview, 'incident')]);
}

/** An overview worse than every advisory, or of an unknown status that none has, is about something that is not listed. */
function explains(open: readonly OpenIssue[], overview: string): boolean {
  if (open.some((issue) => issue.classification !== 'advisory')) return false;
  const said = severityOf(overview, 'incident');
  return open.some(({ status }) => {
    if (canonicalStatus(status) === canonicalStatus(overview)) return true;
    return said !== 'unknown' && order.indexOf(said) <= order.indexOf(severityOf(status, 'incident'));
  });
}
