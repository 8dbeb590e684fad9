import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';

const keyPattern = new RegExp(`^[\\x21-\\x7e]{1,${String(limits.idempotencyKeyCharacters)}}$`);

/** The `Idempotency-Key` of a call; undefined where there is none. Throws `invalid-header`. */
export function idempotencyKeyOf(headers: Headers): string | undefined {
  const key = headers.get('idempotency-key');
  if (key === null) return undefined;
  if (keyPattern.test(key)) return key;
  throw new AppError(
    'invalid-header',
    `Idempotency-Key is 1 to ${String(limits.idempotencyKeyCharacters)} visible ASCII characters.`,
  );
}

/** Says that a call was served before, and that this is its first answer again. */
export const replayedHeader = { 'idempotent-replayed': 'true' };
