import { decodeJwt } from 'jose';
import * as z from 'zod';
import { minuteMs, secondMs, type Clock } from '../core/clock.ts';
import { createExpiringCache } from './expiring-cache.ts';
import { HttpFailure, type Http, type HttpAnswer } from './http.ts';
import { TokenFailure } from './tokens.ts';

/** A token of the desk's own managed identity for an audience, such as `https://vault.azure.net`. Throws {@link TokenFailure}. */
export type IdentityToken = (audience: string) => Promise<string>;

const replySchema = z.object({ access_token: z.string().min(1), expires_on: z.coerce.number().int().positive() });

const spareMs = 5 * minuteMs;

type IdentityOptions = {
  http: Http;
  clock: Clock;
  /** IDENTITY_ENDPOINT and IDENTITY_HEADER of the platform. */
  endpoint: string;
  header: string;
  /** Which user-assigned identity, where there is more than one. */
  clientId?: string;
};

/**
 * Asks the identity endpoint that App Service gives every app, and keeps the tokens until five minutes before their end.
 * Source: Microsoft docs, "How to use managed identities for App Service", REST endpoint reference.
 */
export function createIdentityToken(options: IdentityOptions): IdentityToken {
  const cache = createExpiringCache<string>(options.clock, 16);
  return async (audience) =>
    cache(audience, async () => {
      const { access_token: token, expires_on: expiresOn } = await ask(options, audience);
      return { value: token, until: expiresOn * secondMs - spareMs };
    });
}

const claimsSchema = z.object({ iss: z.string(), sub: z.string(), aud: z.string() });

/** What Entra compares with a federated credential, out of the identity's own token; undefined where that cannot be had. */
export const createFederatedAs = (token: () => Promise<string>) => async () => {
  try {
    const { iss: issuer, sub: subject, aud: audience } = claimsSchema.parse(decodeJwt(await token()));
    return { issuer, subject, audience };
  } catch {
    return undefined;
  }
};

async function ask({ http, endpoint, header, clientId }: IdentityOptions, audience: string) {
  if (!URL.canParse(endpoint)) throw new TokenFailure('away', 'this machine has no managed identity');
  const query = new URLSearchParams({ resource: audience, 'api-version': '2019-08-01' });
  if (clientId !== undefined) query.set('client_id', clientId);
  let answer: HttpAnswer;
  try {
    answer = await http({
      method: 'GET',
      url: `${endpoint}?${query.toString()}`,
      headers: { 'x-identity-header': header },
      timeoutMs: 4_000,
      maxBytes: 64 * 1_024,
    });
  } catch (error) {
    if (error instanceof HttpFailure) throw new TokenFailure('away', 'the managed identity is away', { cause: error });
    throw error;
  }
  if (answer.status !== 200) {
    throw new TokenFailure('away', `the managed identity answered ${String(answer.status)}`);
  }
  return replySchema.parse(JSON.parse(answer.body));
}
