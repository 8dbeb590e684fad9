import { minuteMs } from '../core/clock.ts';
import type { PausingState, ResponseTarget, Severity, Statement } from './statement.ts';

/** When a first response is due, and what that was computed from: kept with the request, so that it can be explained later. */
export type FirstResponse = {
  /** Milliseconds since the epoch. */
  dueAt: number;
  targetMinutes: number;
  calendar: ResponseTarget['calendar'];
  timeZone: string;
  statementVersion: number;
  /** The promised time to the solution, and the states in which it stands still, where the statement names them. */
  resolution?: { targetMinutes: number; calendar: ResponseTarget['calendar'] };
  pausesWhile?: PausingState[];
};

/**
 * Depends on nothing but its arguments. Undefined where the published hours never add up to the target. The calendar
 * library is loaded at the first use: it would be a tenth of what every cold start loads, and most instances never need it.
 */
export async function firstResponseDue(
  statement: Statement,
  { severity, receivedAt }: { severity: Severity; receivedAt: number },
): Promise<FirstResponse | undefined> {
  const { minutes, calendar } = statement.responseTargets[severity];
  const dueAt =
    calendar === 'always'
      ? receivedAt + minutes * minuteMs
      : (await import('./business-time.ts')).afterBusinessMinutes(statement.hours, receivedAt, minutes);
  if (dueAt === undefined) return undefined;
  return {
    dueAt,
    targetMinutes: minutes,
    calendar,
    timeZone: statement.hours.timeZone,
    statementVersion: statement.version,
    ...promisedResolution(statement, severity),
  };
}

function promisedResolution({ resolutionTargets, pausesWhile }: Statement, severity: Severity) {
  const target = resolutionTargets?.[severity];
  if (target === undefined) return {};
  return {
    resolution: { targetMinutes: target.minutes, calendar: target.calendar },
    ...(pausesWhile && { pausesWhile }),
  };
}
