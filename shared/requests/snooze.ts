import * as z from 'zod';
import { dayMs, fromIso, toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { textOf, type RequestState } from './request.ts';

/** Puts a request aside until a time, for a reason. */
export const snoozeSchema = z.strictObject({
  // Another zone can carry the first or the last hours that can be written beyond what can: that is refused.
  until: z.iso
    .datetime({ offset: true })
    .transform((until) => toIso(fromIso(until)))
    .pipe(z.iso.datetime()),
  reason: textOf(limits.reasonCharacters),
});

/** Throws `invalid-body` for an end that has passed, or is so far off that the request would be forgotten. */
export function checkSnooze({ until }: Pick<z.output<typeof snoozeSchema>, 'until'>, nowMs: number): void {
  const days = (fromIso(until) - nowMs) / dayMs;
  if (days > 0 && days <= limits.snoozeDays) return;
  const message = days > 0 ? `must be within ${String(limits.snoozeDays)} days` : 'must be in the future';
  throw new AppError('invalid-body', 'See errors for what does not fit.', {
    errors: [{ path: 'snooze.until', message }],
  });
}

/** Throws `illegal-transition` for a request that nobody is to come back to. */
export function checkOpen({ state }: { state: RequestState }): void {
  if (state === 'closed') throw new AppError('illegal-transition', 'A closed request cannot be snoozed.');
}
