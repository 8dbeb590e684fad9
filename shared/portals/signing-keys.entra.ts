import { importJWK, type CryptoKey } from 'jose';
import * as z from 'zod';
import { hourMs, minuteMs, secondMs, type Clock } from '../core/clock.ts';
import { unavailable } from '../core/errors.ts';
import type { Http } from '../platform/http.ts';
import type { KeyOf } from './authenticate.ts';

/** Keys of one tenant. `trouble` is why the last try failed. */
type Held = {
  keys: Map<string, CryptoKey>;
  goodAt: number;
  triedAt: number;
  trouble?: unknown;
  running?: Promise<void>;
};

/** Microsoft asks to look for new keys about daily; an hour also notices those that were taken back. */
const freshMs = hourMs;
/** While Entra is away, known keys stay good this long. */
const staleMs = 24 * hourMs;
/** A token may name any key; that must not become a way to make the desk fetch. */
const refetchMs = minuteMs;
const retryMs = 5 * secondMs;

const keySetSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional(), use: z.string().optional() })),
});

/** Fetches and keeps the public keys with which Entra signs a tenant's tokens. Source: Microsoft docs, "Signing key rollover". */
export function createSigningKeys(options: { http: Http; clock: Clock; authority: string }): KeyOf {
  const tenants = new Map<string, Held>();

  const refresh = async (tenantId: string, held: Held): Promise<void> => {
    held.triedAt = options.clock.now();
    try {
      held.keys = await fetchKeys(options, tenantId);
      held.goodAt = options.clock.now();
      delete held.trouble;
    } catch (error) {
      held.trouble = error;
    } finally {
      delete held.running;
    }
  };

  return async (tenantId, kid) => {
    const held = tenants.get(tenantId) ?? { keys: new Map<string, CryptoKey>(), goodAt: -Infinity, triedAt: -Infinity };
    tenants.set(tenantId, held);
    const isFresh = () => held.keys.has(kid) && options.clock.now() - held.goodAt < freshMs;
    if (!isFresh()) {
      const waitMs = held.trouble === undefined ? refetchMs : retryMs;
      if (held.running === undefined && options.clock.now() - held.triedAt >= waitMs) {
        held.running = refresh(tenantId, held);
      }
      await held.running;
    }
    const key = held.keys.get(kid);
    if (key !== undefined && options.clock.now() - held.goodAt < staleMs) return key;
    if (held.trouble !== undefined) throw unavailable('identity provider', held.trouble);
    return undefined;
  };
}

async function fetchKeys(
  { http, authority }: { http: Http; authority: string },
  tenantId: string,
): Promise<Map<string, CryptoKey>> {
  const answer = await http({
    method: 'GET',
    url: `${authority}/${tenantId}/discovery/v2.0/keys`,
    timeoutMs: 4_000,
    maxBytes: 256 * 1_024,
  });
  if (answer.status !== 200) throw new Error(`the key set was answered with ${String(answer.status)}`);
  const keys = new Map<string, CryptoKey>();
  for (const jwk of keySetSchema.parse(JSON.parse(answer.body)).keys) {
    if (jwk.kid === undefined || jwk.kty !== 'RSA' || (jwk.use ?? 'sig') !== 'sig') continue;
    keys.set(jwk.kid, (await importJWK(jwk, 'RS256')) as CryptoKey);
  }
  return keys;
}
