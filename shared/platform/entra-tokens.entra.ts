import * as z from 'zod';
import { minuteMs, secondMs, type Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import { createExpiringCache, type Kept } from './expiring-cache.ts';
import { HttpFailure, retryAfterSeconds, type Http, type HttpAnswer } from './http.ts';
import type { IdentityToken } from './managed-identity.entra.ts';
import { SecretMissing, type ReadSecret } from './secret.ts';
import {
  TokenFailure,
  type TokenFailureReason,
  type TokenResource,
  type TokenSource,
  type TokenWant,
} from './tokens.ts';

type EntraTokenOptions = {
  http: Http;
  clock: Clock;
  /** Such as `https://login.microsoftonline.com`. */
  authority: string;
  /** Audience of each API in this cloud, such as `https://graph.microsoft.com`. */
  audiences: Record<TokenResource, string>;
  connections: readonly { id: string; clientId: string }[];
  identityToken: IdentityToken;
  /** Audience of federated credentials in this cloud, such as `api://AzureADTokenExchange`. */
  exchangeAudience: string;
  readSecret: ReadSecret;
};

/** Twelve polls of five minutes, not eleven, come out of a token that lives an hour; a call takes seconds. */
const spareMs = 4 * minuteMs;
/** Long enough for all calls of one polling cycle, short enough that a consent is seen by the next. */
const refusedMs = minuteMs;
const throttledSeconds = 60;
/** One instance may poll 50,000 tenants; a cache that is too small for its tenants would ask for each of them in every cycle. */
const maxTokens = 60_000;

/** Where the refresh token of a connection's integration account is kept. */
const refreshTokenSecret = (connectionId: string): string => `${connectionId}-refresh-token`;

type Outcome = { token: string } | { failure: TokenFailure };

/**
 * Access tokens by form posts: client credentials, or the refresh token of the connection's person, in any tenant. The client
 * proves itself by a token of the managed identity (workload identity federation), so that there is no client secret.
 * A refusal is kept for a minute and a throttling for as long as Entra says, so that nobody hammers the endpoint.
 * Source: Microsoft docs, "OAuth 2.0 client credentials flow" and "Configure an application to trust a managed identity".
 */
export function createEntraTokens(options: EntraTokenOptions) {
  const cache = createExpiringCache<Outcome>(options.clock, maxTokens);
  const counts = { tokenRequests: 0 };

  const load = async (want: TokenWant): Promise<Kept<Outcome>> => {
    try {
      const form = await formFor(options, want);
      counts.tokenRequests++;
      return await requestToken(options, want.tenantId, form);
    } catch (error) {
      const until = error instanceof TokenFailure && keptUntil(error, options.clock.now());
      if (!until) throw error;
      return { value: { failure: error }, until };
    }
  };

  const tokens: TokenSource = async (want) => {
    const key = [want.way ?? 'app', want.connectionId, want.resource, want.tenantId].join('|');
    const outcome = await cache(key, async () => load(want));
    if ('failure' in outcome) throw outcome.failure;
    return outcome.token;
  };
  return { tokens, counts };
}

/** Trouble of the way itself is tried again at once; what Entra decided is believed for a while. */
function keptUntil(failure: TokenFailure, now: number): number | undefined {
  if (failure.reason === 'away') return undefined;
  return (
    now + (failure.reason === 'throttled' ? (failure.retryAfterSeconds ?? throttledSeconds) * secondMs : refusedMs)
  );
}

async function formFor(options: EntraTokenOptions, want: TokenWant): Promise<URLSearchParams> {
  const connection = options.connections.find((one) => one.id === want.connectionId);
  if (!connection) throw new Error(`there is no partner connection ${want.connectionId}`);
  const form = new URLSearchParams({
    client_id: connection.clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await options.identityToken(options.exchangeAudience),
    scope: `${options.audiences[want.resource]}/.default`,
    grant_type: 'client_credentials',
  });
  if (want.way === 'delegated') {
    form.set('grant_type', 'refresh_token');
    form.set('refresh_token', await refreshToken(options.readSecret, want.connectionId));
  }
  return form;
}

async function refreshToken(readSecret: ReadSecret, connectionId: string): Promise<string> {
  try {
    return await readSecret(refreshTokenSecret(connectionId));
  } catch (cause) {
    if (cause instanceof SecretMissing) throw new TokenFailure('invalid-grant', 'no refresh token is kept', { cause });
    if (isAppError(cause, 'unavailable')) throw new TokenFailure('away', 'the vault is away', { cause });
    throw cause;
  }
}

const replySchema = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

async function requestToken(
  { http, clock, authority }: EntraTokenOptions,
  tenantId: string,
  form: URLSearchParams,
): Promise<Kept<Outcome>> {
  const askedAt = clock.now();
  let answer: HttpAnswer;
  try {
    answer = await http({
      method: 'POST',
      url: `${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      timeoutMs: 10_000,
      maxBytes: 64 * 1_024,
    });
  } catch (cause) {
    if (cause instanceof HttpFailure) throw new TokenFailure('away', 'the token endpoint is away', { cause });
    throw cause;
  }
  if (answer.status !== 200) throw failureOf(answer, askedAt);
  const reply = replySchema.parse(JSON.parse(answer.body));
  return { value: { token: reply.access_token }, until: askedAt + reply.expires_in * secondMs - spareMs };
}

/** Codes that say more than the OAuth error beside them. Source: Microsoft docs, "Microsoft Entra authentication error codes". */
const reasonByCode: Record<number, TokenFailureReason> = {
  65001: 'not-consented',
  500011: 'not-consented',
  650052: 'not-consented',
  700016: 'not-consented',
  7000112: 'not-consented',
  7000229: 'not-consented',
  90002: 'tenant-unknown',
  900021: 'tenant-unknown',
  900023: 'tenant-unknown',
};

const errorSchema = z.object({ error: z.string().optional(), error_codes: z.array(z.number()).optional() });

function failureOf(answer: HttpAnswer, now: number): TokenFailure {
  const status = `the token endpoint answered ${String(answer.status)}`;
  const wait = retryAfterSeconds(answer, now);
  if (answer.status === 429)
    return new TokenFailure('throttled', status, { retryAfterSeconds: wait ?? throttledSeconds });
  const { error, error_codes: numbers } = errorSchema.safeParse(jsonOf(answer.body)).data ?? {};
  if (answer.status >= 500 || error === 'temporarily_unavailable') {
    return new TokenFailure('away', status, wait === undefined ? {} : { retryAfterSeconds: wait });
  }
  const number = numbers?.[0];
  if (number === undefined) return new TokenFailure('invalid-grant', status, { code: error ?? String(answer.status) });
  const code = `AADSTS${String(number)}`;
  return new TokenFailure(reasonByCode[number] ?? 'invalid-grant', `${status}: ${code}`, { code });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
