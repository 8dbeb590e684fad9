import * as z from 'zod';
import { minuteMs, secondMs, type Clock } from '../core/clock.ts';
import { unavailable } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { createExpiringCache, type Kept } from './expiring-cache.ts';
import { HttpFailure, jsonOf, type Http, type HttpAnswer } from './http.ts';
import { SecretMissing, type ReadSecret, type SecretVersions } from './secret.ts';
import { TokenFailure } from './tokens.ts';

type VaultOptions = {
  http: Http;
  clock: Clock;
  /** Such as `https://desk.vault.azure.net`. */
  vaultUri: string;
  /** A token for the vault. */
  token: () => Promise<string>;
};

/** What the vault last said about a secret, and when. */
type Word = { kind: 'value'; value: string; at: number } | { kind: 'missing' | 'refused'; at: number };

const staleMs = 10 * minuteMs;
const refusedMs = 5 * secondMs;
const maxSecrets = 1_000;

/**
 * Reads secrets of Azure Key Vault, asking for each at most every half minute, so that a rotated or deleted one is noticed
 * within a minute. While the vault is away its last word holds for ten minutes; a refusal (401, 403) or a missing secret
 * is a word of the vault and ends the old value at once. Source: Microsoft docs, Key Vault REST API, "Get Secret".
 */
export function createVaultReader(options: VaultOptions): ReadSecret {
  const cache = createExpiringCache<Word>(options.clock, maxSecrets);
  return async (name) => {
    const word = await cache(name, async (before) => {
      const said = await ask(options, name).then(wordOf(options.clock), lastWord(before, options.clock));
      return { value: said, until: options.clock.now() + (said.kind === 'refused' ? refusedMs : limits.cacheMs) };
    });
    if (word.kind === 'value') return word.value;
    throw word.kind === 'missing'
      ? new SecretMissing(name)
      : unavailable('vault', new Error('the vault refuses the desk'));
  };
}

/** What the vault said before it went away, while that is young enough. */
const lastWord =
  (before: Kept<Word> | undefined, clock: Clock) =>
  (error: unknown): Word => {
    if (!(error instanceof HttpFailure || error instanceof TokenFailure)) throw error;
    if (before === undefined || clock.now() - before.value.at >= staleMs) throw unavailable('vault', error);
    return before.value;
  };

const secretSchema = z.object({ value: z.string() });

const wordOf =
  (clock: Clock) =>
  ({ status, body }: HttpAnswer): Word => {
    const at = clock.now();
    if (status === 404) return { kind: 'missing', at };
    if (status !== 200) return { kind: 'refused', at };
    return { kind: 'value', value: secretSchema.parse(JSON.parse(body)).value, at };
  };

/** Names and versions as Key Vault writes them: `{vault}/secrets/{name}/{version}`; times are seconds since the epoch. */
const bundleSchema = z.object({
  value: z.string(),
  id: z.string(),
  attributes: z.object({ created: z.number() }),
});

/**
 * The present version of a secret, asked for now, and a way to put a new one on top of it. Old versions stay in the vault.
 * Throws as {@link ReadSecret} does. Source: Microsoft docs, Key Vault REST API, "Get Secret" and "Set Secret".
 */
export function createSecretVersions(options: VaultOptions): SecretVersions {
  const exchange = async (name: string, value?: string) => {
    const answer = await unavailableWhereAway(async () => ask(options, name, value));
    if (answer.status === 404) throw new SecretMissing(name);
    if (answer.status !== 200) throw unavailable('vault', new Error(`the vault answered ${String(answer.status)}`));
    const bundle = bundleSchema.safeParse(jsonOf(answer.body));
    if (!bundle.success) throw unavailable('vault', bundle.error);
    const { value: present, id, attributes } = bundle.data;
    return { value: present, version: id.slice(id.lastIndexOf('/') + 1), createdAt: attributes.created * secondMs };
  };
  return {
    current: async (name) => exchange(name),
    put: async (name, value) => exchange(name, value),
  };
}

async function unavailableWhereAway<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HttpFailure || error instanceof TokenFailure) throw unavailable('vault', error);
    throw error;
  }
}

async function ask({ http, vaultUri, token }: VaultOptions, name: string, value?: string): Promise<HttpAnswer> {
  const authorization = `Bearer ${await token()}`;
  const answer = await http({
    method: value === undefined ? 'GET' : 'PUT',
    url: `${vaultUri.replace(/\/+$/, '')}/secrets/${encodeURIComponent(name)}?api-version=7.4`,
    headers: { authorization, ...(value !== undefined && { 'content-type': 'application/json' }) },
    ...(value !== undefined && { body: JSON.stringify({ value }) }),
    timeoutMs: 3_000,
    maxBytes: 64 * 1_024,
  });
  if (answer.status === 429 || answer.status >= 500) {
    throw new HttpFailure('network', `the vault answered ${String(answer.status)}`);
  }
  return answer;
}
