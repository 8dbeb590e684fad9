/**
 * Reads a third-party secret by name. Throws {@link SecretMissing} where the vault has none of that name, and AppError
 * `unavailable` where the vault is away or refuses the desk.
 */
export type ReadSecret = (name: string) => Promise<string>;

export class SecretMissing extends Error {
  override readonly name = 'SecretMissing';

  constructor(secretName: string) {
    super(`the vault has no secret named ${secretName}`);
  }
}
