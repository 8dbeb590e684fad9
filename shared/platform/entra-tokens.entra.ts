import * as z from 'zod';
import { minuteMs, secondMs, type Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import {
  provenForm,
  tokenEndpointOf,
  type AssertingConnection,
  type ClientAssertion,
} from './client-assertion.entra.ts';
import { createDeadGrants, type GrantChanged } from './dead-grants.ts';
import { createExpiringCache, type Kept } from './expiring-cache.ts';
import { HttpFailure, jsonOf, type Http, type HttpAnswer } from './http.ts';
import { SecretMissing, type ReadSecret } from './secret.ts';
import { refusalOf, throttledSeconds, type Asked } from './token-refusal.entra.ts';
import { TokenFailure, type TokenResource, type TokenSource, type TokenWant } from './tokens.ts';

type EntraTokenOptions = {
  http: Http;
  clock: Clock;
  /** Such as `https://login.microsoftonline.com`. */
  authority: string;
  /** Audience of each API in this cloud, such as `https://graph.microsoft.com`. */
  audiences: Record<TokenResource, string>;
  /** `tenantId`: the partner's own tenant. */
  connections: readonly ({ id: string; tenantId: string } & AssertingConnection)[];
  clientAssertion: ClientAssertion;
  readSecret: ReadSecret;
  grantChanged?: GrantChanged;
};

/** Twelve polls of five minutes, not eleven, come out of a token that lives an hour; a call takes seconds. */
const spareMs = 4 * minuteMs;
/** Long enough for all calls of one polling cycle, short enough that a consent is seen by the next. */
const refusedMs = minuteMs;
/** One instance may poll 50,000 tenants; a cache that is too small for its tenants would ask for each of them in every cycle. */
const maxTokens = 60_000;

/** Where the refresh token of a connection's integration account is kept. */
export const refreshTokenSecret = (connectionId: string): string => `${connectionId}-refresh-token`;

type Outcome = { token: string } | { failure: TokenFailure };

/**
 * Access tokens by form posts: client credentials, or the refresh token of the connection's person, in any tenant. The client
 * proves itself by an assertion (see client-assertion), so that there is no client secret.
 * A refusal is kept for a minute and a throttling for as long as Entra says, so that nobody hammers the endpoint.
 * Source: Microsoft docs, "OAuth 2.0 client credentials flow" and "Configure an application to trust a managed identity".
 */
export function createEntraTokens(options: EntraTokenOptions) {
  const cache = createExpiringCache<Outcome>(options.clock, maxTokens);
  const unlessDead = createDeadGrants(options.clock, options.grantChanged);
  const counts = { tokenRequests: 0 };

  const request = async (want: TokenWant, refreshToken?: string): Promise<Reply> => {
    const connection = connectionOf(options, want.connectionId);
    const endpoint = tokenEndpointOf(options.authority, want.tenantId);
    const form = await formFor(options, { endpoint, connection, want, refreshToken });
    counts.tokenRequests++;
    const asked = { way: want.way ?? 'app', isHome: want.tenantId === connection.tenantId };
    return requestToken(options, { endpoint, form, asked });
  };

  const load = async (want: TokenWant): Promise<Kept<Outcome>> => {
    try {
      if (want.way !== 'delegated') return keptToken(await request(want));
      const refreshToken = await refreshTokenOf(options.readSecret, want.connectionId);
      return keptToken(await unlessDead(want.connectionId, refreshToken, async () => request(want, refreshToken)));
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

  /** Trades a refresh token in the partner's own tenant for the newer one that Entra answers. The old one stays good. */
  const exchange: ExchangeGrant = async (connectionId, refreshToken) => {
    const { tenantId } = connectionOf(options, connectionId);
    const want = { tenantId, resource: 'partnercenter', connectionId, way: 'delegated' } as const;
    return (await request(want, refreshToken)).refreshToken;
  };

  /** Proves the application in its partner's own tenant, past every cache. The token is forgotten. Throws {@link TokenFailure}. */
  const tryApplication = async (connectionId: string): Promise<void> => {
    const { tenantId } = connectionOf(options, connectionId);
    await request({ tenantId, resource: 'graph', connectionId });
  };
  return { tokens, counts, exchange, tryApplication };
}

/** The newer refresh token, or undefined where Entra gave none. Throws {@link TokenFailure}. */
export type ExchangeGrant = (connectionId: string, refreshToken: string) => Promise<string | undefined>;

export type Reply = {
  token: string;
  until: number;
  refreshToken?: string | undefined;
  idToken?: string | undefined;
};

const keptToken = ({ token, until }: Reply): Kept<Outcome> => ({ value: { token }, until });

function connectionOf({ connections }: EntraTokenOptions, connectionId: string) {
  const connection = connections.find((one) => one.id === connectionId);
  if (!connection) throw new Error(`there is no partner connection ${connectionId}`);
  return connection;
}

/** Trouble of the way itself is tried again at once; what Entra decided is believed for a while. */
function keptUntil(failure: TokenFailure, now: number): number | undefined {
  if (failure.reason === 'away') return undefined;
  return (
    now + (failure.reason === 'throttled' ? (failure.retryAfterSeconds ?? throttledSeconds) * secondMs : refusedMs)
  );
}

type Asking = {
  endpoint: string;
  connection: AssertingConnection;
  want: TokenWant;
  refreshToken: string | undefined;
};

const formFor = async (options: EntraTokenOptions, { want, refreshToken, ...client }: Asking) =>
  provenForm(options, client, {
    scope: `${options.audiences[want.resource]}/.default`,
    ...(refreshToken === undefined
      ? { grant_type: 'client_credentials' }
      : { grant_type: 'refresh_token', refresh_token: refreshToken }),
  });

async function refreshTokenOf(readSecret: ReadSecret, connectionId: string): Promise<string> {
  try {
    return await readSecret(refreshTokenSecret(connectionId));
  } catch (cause) {
    if (cause instanceof SecretMissing) throw new TokenFailure('no-grant', 'no refresh token is kept', { cause });
    if (isAppError(cause, 'unavailable')) throw new TokenFailure('away', 'the vault is away', { cause });
    throw cause;
  }
}

const replySchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
  refresh_token: z.string().min(1).optional(),
  id_token: z.string().min(1).optional(),
});

/** One form post to a token endpoint. Throws {@link TokenFailure}. */
export async function requestToken(
  { http, clock }: Pick<EntraTokenOptions, 'http' | 'clock'>,
  { endpoint, form, asked }: { endpoint: string; form: URLSearchParams; asked: Asked },
): Promise<Reply> {
  const askedAt = clock.now();
  let answer: HttpAnswer;
  try {
    answer = await http({
      method: 'POST',
      url: endpoint,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      timeoutMs: 10_000,
      maxBytes: 64 * 1_024,
    });
  } catch (cause) {
    if (cause instanceof HttpFailure) throw new TokenFailure('away', 'the token endpoint is away', { cause });
    throw cause;
  }
  if (answer.status !== 200) throw refusalOf(answer, asked, askedAt);
  const reply = replySchema.safeParse(jsonOf(answer.body));
  if (!reply.success) throw new TokenFailure('away', 'the token endpoint answered something unreadable');
  const { access_token: token, expires_in: seconds, refresh_token: refreshToken, id_token: idToken } = reply.data;
  return { token, until: askedAt + seconds * secondMs - spareMs, refreshToken, idToken };
}
