import { versionMatch, type Precondition } from '../platform/if-match.ts';

export type { Precondition };

/** Which version of a request the caller has seen. */
export const ifMatch = (headers: Headers): Precondition => versionMatch(headers, 'request');
