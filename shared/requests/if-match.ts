import { AppError } from '../core/errors.ts';
import { etagOf } from './request-answer.ts';

/** Whether a version is one that the caller knows. Made from `If-Match`; throws `if-match-required` where there is none. */
export type Precondition = (version: number) => void;

/** RFC 9110, strong comparison. The precondition throws `etag-mismatch`. */
export function ifMatch(headers: Headers): Precondition {
  const given = headers.get('if-match');
  if (given === null) {
    throw new AppError('if-match-required', 'Say which version you have seen: If-Match with its ETag.');
  }
  const tags = given.split(',').map((tag) => tag.trim());
  return (version) => {
    if (tags.includes('*') || tags.includes(etagOf(version))) return;
    throw new AppError('etag-mismatch', `It is at version ${String(version)}; read it again.`);
  };
}
