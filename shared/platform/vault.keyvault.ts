import * as z from 'zod';
import { secondMs } from '../core/clock.ts';
import { unavailable } from '../core/errors.ts';
import { jsonOf } from './http.ts';
import { SecretMissing, type ReadSecret, type SecretVersions } from './secret.ts';
import { askVault, createVaultWords, isAway, type VaultOptions } from './vault-words.keyvault.ts';

const secretSchema = z.object({ value: z.string() });

/**
 * Reads secrets of Azure Key Vault, each at most every half minute (see {@link createVaultWords}). Source: Microsoft docs, Key
 * Vault REST API, "Get Secret".
 */
export const createVaultReader = (options: VaultOptions): ReadSecret =>
  createVaultWords(options, 'secrets', (body) => secretSchema.parse(JSON.parse(body)).value);

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
    const path = `secrets/${encodeURIComponent(name)}`;
    const answer = await unavailableWhereAway(async () =>
      askVault(options, { path, ...(value !== undefined && { body: { value } }) }),
    );
    if (answer.status === 404) throw new SecretMissing(name);
    if (answer.status !== 200) throw unavailable('vault', new Error(refusalOf(answer.status, name)));
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

/** A vault keeps the name of what was deleted until it is purged, and takes nothing under it. */
const refusalOf = (status: number, name: string): string =>
  status === 409
    ? `the vault does not take ${name} (409): recover it, if it was deleted there`
    : `the vault answered ${String(status)}`;

async function unavailableWhereAway<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAway(error)) throw unavailable('vault', error);
    throw error;
  }
}
