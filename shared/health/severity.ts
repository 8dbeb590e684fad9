import { hourMs } from '../core/clock.ts';

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

/**
 * How an open issue weakens when Microsoft says no more about it: Microsoft updates what is being worked on, and leaves issues
 * open that nobody feels any more. What is open is never healthy, and what is unknown stays so. The first rule that fits counts.
 */
export const ageRules: readonly {
  status?: KnownStatus;
  level: HealthLevel;
  silentHours: number;
  to: HealthLevel;
  why: string;
}[] = [
  {
    status: 'extendedRecovery',
    level: 'degraded',
    silentHours: 24,
    to: 'advisory',
    why: 'repaired; the tail is reached in days',
  },
  {
    status: 'restoringService',
    level: 'degraded',
    silentHours: 48,
    to: 'advisory',
    why: 'the repair was under way two days ago',
  },
  { level: 'down', silentHours: 7 * 24, to: 'advisory', why: 'no outage goes a week without a word' },
  { level: 'down', silentHours: 24, to: 'degraded', why: 'an outage gets an update every few hours' },
  { level: 'degraded', silentHours: 7 * 24, to: 'advisory', why: 'an incident gets an update every day or two' },
];

/**
 * The level of a status; one that Microsoft invents tomorrow is `unknown`, never an error and never `healthy`. `silentMs`: for how
 * long Microsoft has said nothing about the issue. A planned change colours nothing.
 */
export function severityOf(status: string, classification: Classification, silentMs = 0): HealthLevel {
  if (classification === 'planned-change') return 'healthy';
  const known = byLowerCase.get(status.toLowerCase());
  if (known === undefined) return 'unknown';
  const level: HealthLevel = severityTable[known][classification];
  const rule = ageRules.find(
    (one) =>
      one.level === level && (one.status === undefined || one.status === known) && silentMs >= one.silentHours * hourMs,
  );
  return rule?.to ?? level;
}

export const isResolvedStatus = (status: string): boolean => severityOf(status, 'incident') === 'healthy';

/** From good to bad; an `unknown` hides nothing worse, and is never hidden by something better. */
const order: readonly HealthLevel[] = ['healthy', 'advisory', 'unknown', 'degraded', 'down'];

export const worst = (levels: readonly HealthLevel[]): HealthLevel =>
  levels.reduce<HealthLevel>((bad, level) => (order.indexOf(level) > order.indexOf(bad) ? level : bad), 'healthy');

/** `silentMs`: since Microsoft's last word on it. */
type OpenIssue = { status: string; classification: Classification; silentMs?: number };

/**
 * The level of a service for one customer, from Microsoft's overview and the customer's open issues there. The overview says
 * neither whether it speaks of an advisory nor how old what it speaks of is; where an open issue is as bad, it speaks of that.
 */
export function serviceLevel(overview: string, open: readonly OpenIssue[]): HealthLevel {
  const levels = open.map((issue) => severityOf(issue.status, issue.classification, issue.silentMs));
  return worst(explains(open, overview) ? levels : [...levels, severityOf(overview, 'incident')]);
}

/**
 * An overview worse than every issue, or of an unknown status that none has, is about something that is not listed. Beside an
 * incident, a bad overview is not put down to an advisory.
 */
function explains(open: readonly OpenIssue[], overview: string): boolean {
  const incidents = open.filter((issue) => issue.classification !== 'advisory');
  const said = severityOf(overview, 'incident');
  return (incidents.length > 0 ? incidents : open).some(({ status }) => {
    if (canonicalStatus(status) === canonicalStatus(overview)) return true;
    return said !== 'unknown' && order.indexOf(said) <= order.indexOf(severityOf(status, 'incident'));
  });
}
