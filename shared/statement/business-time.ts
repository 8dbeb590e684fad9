import { Temporal } from 'temporal-polyfill';
import type { Statement, Weekday } from './statement.ts';

const daysOfWeek: readonly Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Hours that never come are given up on: longer than any run of holidays. */
const horizonDays = 400;

type Span = { from: number; to: number };

function momentOf(date: Temporal.PlainDate, time: string, timeZone: string): number {
  if (time === '24:00') return date.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds;
  return date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds;
}

function spansOn(date: Temporal.PlainDate, { timeZone, weekly, holidays }: Statement['hours']): Span[] {
  if (holidays.some((holiday) => holiday.date === date.toString())) return [];
  const shifts = weekly[daysOfWeek[date.dayOfWeek - 1] ?? 'monday'] ?? [];
  return shifts.map(({ from, to }) => ({ from: momentOf(date, from, timeZone), to: momentOf(date, to, timeZone) }));
}

/**
 * The moment at which `minutes` of published hours have passed since `start` (milliseconds since the epoch); undefined where
 * the hours never add up. Elapsed time is what counts: a shift over a change of the clocks is as long as it really is.
 */
export function afterBusinessMinutes(hours: Statement['hours'], start: number, minutes: number): number | undefined {
  let owed = minutes * 60_000;
  let date = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(hours.timeZone).toPlainDate();
  for (let day = 0; day < horizonDays; day++) {
    for (const span of spansOn(date, hours)) {
      const from = Math.max(span.from, start);
      const open = span.to - from;
      if (open <= 0) continue;
      if (open >= owed) return from + owed;
      owed -= open;
    }
    date = date.add({ days: 1 });
  }
  return undefined;
}

/** How many milliseconds of published hours lie between two moments. */
export function businessMsBetween(hours: Statement['hours'], fromMs: number, toMs: number): number {
  let date = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(hours.timeZone).toPlainDate();
  const last = Temporal.Instant.fromEpochMilliseconds(toMs).toZonedDateTimeISO(hours.timeZone).toPlainDate();
  let sum = 0;
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    for (const span of spansOn(date, hours)) sum += Math.max(0, Math.min(span.to, toMs) - Math.max(span.from, fromMs));
  }
  return sum;
}
