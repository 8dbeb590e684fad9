import { AppError } from '../core/errors.ts';

/** The ETag of a thing that counts its versions. */
export const versionTag = (version: number): string => `"${String(version)}"`;

/** Whether a version is one that the caller knows. Made from `If-Match`; throws `if-match-required` where there is none. */
export type Precondition = (version: number) => void;

/** RFC 9110, strong comparison. The precondition throws `etag-mismatch`. `what` the version is of is said in the refusal. */
export function versionMatch(headers: Headers, what: string): Precondition {
  const given = headers.get('if-match');
  if (given === null) {
    throw new AppError('if-match-required', `Say which version you have seen: If-Match with the ETag of the ${what}.`);
  }
  const tags = given.split(',').map((tag) => tag.trim());
  return (version) => {
    if (tags.includes('*') || tags.includes(versionTag(version))) return;
    throw new AppError('etag-mismatch', `The ${what} is at version ${String(version)}; read it again.`);
  };
}
