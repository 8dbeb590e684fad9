import { secondMs, type Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { Log, LogFor } from './telemetry.ts';

/**
 * Lines at level `info` that one instance writes of one event: a burst, and then so many a second. Whoever calls the desk, a
 * stranger too, causes such lines; without a bound a flood of refusals would fill a day's log, and alarms would be lost with it.
 * What is left out is told by the event's next line, as `leftOut`. Warnings and errors always pass.
 */
export function thinned(logFor: LogFor, clock: Pick<Clock, 'now'>): LogFor {
  const events = new Map<string, { paidUntil: number; leftOut: number }>();
  const stepMs = secondMs / limits.infoLinesPerSecond;
  const burstMs = limits.infoLinesBurst * stepMs;
  const thin =
    (log: Log): Log =>
    (entry) => {
      if (entry.level !== 'info') {
        log(entry);
        return;
      }
      const { paidUntil, leftOut } = events.get(entry.event) ?? { paidUntil: 0, leftOut: 0 };
      const now = clock.now();
      const next = Math.max(paidUntil, now) + stepMs;
      if (next - now > burstMs) {
        events.set(entry.event, { paidUntil, leftOut: leftOut + 1 });
        return;
      }
      events.set(entry.event, { paidUntil: next, leftOut: 0 });
      log(leftOut === 0 ? entry : { ...entry, fields: { ...entry.fields, leftOut } });
    };
  return (context) => thin(logFor(context));
}
