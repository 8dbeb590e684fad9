import { minuteMs, type Clock } from '../core/clock.ts';
import { unavailable } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { createExpiringCache, type Kept } from './expiring-cache.ts';
import { HttpFailure, type Http, type HttpAnswer } from './http.ts';
import { SecretMissing } from './secret.ts';
import { TokenFailure } from './tokens.ts';

export type VaultOptions = {
  http: Http;
  clock: Clock;
  /** Such as `https://desk.vault.azure.net`. */
  vaultUri: string;
  /** A token for the vault. */
  token: () => Promise<string>;
};

/** The vault is there and does not let the desk do what it asked for. */
export class VaultRefusal extends Error {
  override readonly name = 'VaultRefusal';

  constructor() {
    super('the vault refuses the desk');
  }
}

/** What the vault last said about a thing, and when. */
type Word<T> = { kind: 'value'; value: T; at: number } | { kind: 'missing' | 'refused'; at: number };

const staleMs = 10 * minuteMs;
const refusedMs = 5_000;
const maxThings = 1_000;

/**
 * Reads things of a vault by name, asking for each at most every half minute, so that a rotated or deleted one is noticed within
 * a minute. While the vault is away its last word holds for ten minutes; a refusal (401, 403) or a missing thing is a word of the
 * vault and ends the old value at once. Throws {@link SecretMissing}, and AppError `unavailable` whose cause is a
 * {@link VaultRefusal} where the vault said no.
 */
export function createVaultWords<T>(
  options: VaultOptions,
  kind: 'secrets' | 'certificates',
  parse: (body: string) => T,
) {
  const { clock } = options;
  const cache = createExpiringCache<Word<T>>(clock, maxThings);
  const wordOf = ({ status, body }: HttpAnswer): Word<T> => {
    const at = clock.now();
    if (status === 404) return { kind: 'missing', at };
    if (status !== 200) return { kind: 'refused', at };
    return { kind: 'value', value: parse(body), at };
  };
  return async (name: string): Promise<T> => {
    const word = await cache(name, async (before) => {
      const asked = askVault(options, { path: `${kind}/${encodeURIComponent(name)}` });
      const said = await asked.then(wordOf, lastWord(before, clock));
      return { value: said, until: clock.now() + (said.kind === 'refused' ? refusedMs : limits.cacheMs) };
    });
    if (word.kind === 'value') return word.value;
    throw word.kind === 'missing' ? new SecretMissing(name) : unavailable('vault', new VaultRefusal());
  };
}

/** What the vault said before it went away, while that is young enough. */
const lastWord =
  <T>(before: Kept<Word<T>> | undefined, clock: Clock) =>
  (error: unknown): Word<T> => {
    if (!isAway(error)) throw error;
    if (before === undefined || clock.now() - before.value.at >= staleMs) throw unavailable('vault', error);
    return before.value;
  };

export const isAway = (error: unknown): error is HttpFailure | TokenFailure =>
  error instanceof HttpFailure || error instanceof TokenFailure;

/** `path` below the vault's address; with a body it is a PUT unless said otherwise. */
type VaultCall = { path: string; method?: 'PUT' | 'POST'; body?: Record<string, unknown> };

/** One call of the vault. Throws HttpFailure where it is away, throttles or fails, and TokenFailure where there is no token for it. */
export async function askVault({ http, vaultUri, token }: VaultOptions, call: VaultCall): Promise<HttpAnswer> {
  const { path, body, method = 'PUT' } = call;
  const authorization = `Bearer ${await token()}`;
  const answer = await http({
    method: body === undefined ? 'GET' : method,
    url: `${vaultUri.replace(/\/+$/, '')}/${path}?api-version=7.4`,
    headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    timeoutMs: 3_000,
    maxBytes: 64 * 1_024,
  });
  if (answer.status === 429 || answer.status >= 500) {
    throw new HttpFailure('network', `the vault answered ${String(answer.status)}`);
  }
  return answer;
}
