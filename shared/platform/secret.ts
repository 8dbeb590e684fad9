/**
 * Reads a third-party secret by name. Throws {@link SecretMissing} where the vault has none of that name, and AppError
 * `unavailable` where the vault is away or refuses the desk.
 */
export type ReadSecret = (name: string) => Promise<string>;

/** One version of a secret; `createdAt` in milliseconds since the epoch. */
type SecretVersion = { value: string; version: string; createdAt: number };

/** A secret that the desk itself renews. Both throw as {@link ReadSecret} does. */
export type SecretVersions = {
  /** The present version, never from a cache. */
  current: (name: string) => Promise<SecretVersion>;
  /** Puts a new version on top of the others and returns it. */
  put: (name: string, value: string) => Promise<SecretVersion>;
};

export class SecretMissing extends Error {
  override readonly name = 'SecretMissing';

  constructor(secretName: string) {
    super(`the vault has no secret named ${secretName}`);
  }
}
