import { randomBytes, randomUUID } from 'node:crypto';
import { toBase32 } from './hash.ts';

/** Identity and chance as arguments, so that a seeded run repeats itself exactly. */
export type Ids = {
  /** An unguessable id: 128 random bits as 26 characters of lower-case base32. */
  newId: () => string;
  newUuid: () => string;
  /** `length` random bytes from the system's secure source. */
  bytes: (length: number) => Uint8Array;
};

/** Chance that is not security: jitter and sampling. Returns a number in [0, 1). */
export type Random = () => number;

export const systemIds: Ids = {
  newId: () => toBase32(randomBytes(16)),
  newUuid: () => randomUUID(),
  bytes: (length) => randomBytes(length),
};

export const systemRandom: Random = () => Math.random();
