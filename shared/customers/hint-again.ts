import { unavailable } from '../core/errors.ts';
import { limits } from '../core/limits.ts';

/**
 * Whether one more hint about something must be written where `waiting` of them are. While nobody reads, one is enough. A reading
 * that is under way may have begun before a hint that waits, or after it: then another is written, up to a bound, so that nobody
 * can fill the storage by saying the same again. Beyond it throws `unavailable`: who says it may say it again later.
 */
export function mustHint(waiting: number, isReading: boolean): boolean {
  if (waiting === 0) return true;
  if (!isReading) return false;
  if (waiting < limits.hintsWaiting) return true;
  throw unavailable('directory', undefined);
}
