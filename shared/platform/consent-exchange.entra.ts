import { decodeJwt } from 'jose';
import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import {
  provenForm,
  tokenEndpointOf,
  type AssertingConnection,
  type ClientAssertion,
} from './client-assertion.entra.ts';
import { requestToken, type Reply } from './entra-tokens.entra.ts';
import type { Http } from './http.ts';

/** The application in the partner's own tenant. */
export type ConsentConnection = { id: string; tenantId: string } & AssertingConnection;

type ExchangeOptions = {
  http: Http;
  clock: Clock;
  authority: string;
  /** Audience of Partner Center in this cloud. */
  partnerCenter: string;
  redirectUri: string;
  clientAssertion: ClientAssertion;
};

/** What the id token says, as far as it can be read. Who signed in: `account`. */
export type SignedIn = {
  refreshToken: string | undefined;
  claims: { tenantId: string; audience: string; nonce: string; account: string | undefined } | undefined;
};

export type ConsentExchange = ReturnType<typeof createConsentExchange>;

/**
 * The authorization code flow in the partner's own tenant, for a confidential client and with PKCE. A new sign-in is always asked
 * for: that begins the 90 days anew, and no session of whoever sits there decides by itself who it is.
 * Source: Microsoft docs, "Microsoft identity platform and OAuth 2.0 authorization code flow", "Enabling the Secure Application Model".
 */
export function createConsentExchange(options: ExchangeOptions) {
  const { authority, partnerCenter, redirectUri } = options;
  const scope = `openid profile offline_access ${partnerCenter}/user_impersonation`;
  const post = async (connection: ConsentConnection, form: Record<string, string>): Promise<Reply> => {
    const endpoint = tokenEndpointOf(authority, connection.tenantId);
    return requestToken(options, {
      endpoint,
      form: await provenForm(options, { endpoint, connection }, form),
      asked: { way: 'delegated', isHome: true },
    });
  };
  return {
    /** Where a person signs in. */
    urlFor: (
      { tenantId, clientId }: ConsentConnection,
      { state, challenge, nonce }: { state: string; challenge: string; nonce: string },
    ): string => {
      const query = new URLSearchParams({
        client_id: clientId,
        response_type: 'code',
        response_mode: 'query',
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
        prompt: 'login',
      });
      return `${authority}/${tenantId}/oauth2/v2.0/authorize?${query.toString()}`;
    },

    /** Trades the code. Throws {@link TokenFailure}. */
    redeem: async (connection: ConsentConnection, proof: { code: string; verifier: string }): Promise<SignedIn> => {
      const reply = await post(connection, {
        grant_type: 'authorization_code',
        code: proof.code,
        code_verifier: proof.verifier,
        redirect_uri: redirectUri,
        scope,
      });
      return { refreshToken: reply.refreshToken, claims: claimsOf(reply.idToken) };
    },

    /** A token for Partner Center by a refresh token that nobody has used yet. Throws {@link TokenFailure}. */
    accessToken: async (connection: ConsentConnection, refreshToken: string): Promise<string> => {
      const form = { grant_type: 'refresh_token', refresh_token: refreshToken, scope: `${partnerCenter}/.default` };
      return (await post(connection, form)).token;
    },
  };
}

const claimsSchema = z.object({
  tid: z.string(),
  aud: z.string(),
  nonce: z.string(),
  preferred_username: z.string().max(320).optional(),
});

/**
 * It came over TLS from the token endpoint itself, which stands for its signature.
 * Source: OpenID Connect Core 1.0, 3.1.3.7, point 6.
 */
function claimsOf(idToken: string | undefined): SignedIn['claims'] {
  const read = claimsSchema.safeParse(idToken === undefined ? undefined : payloadOf(idToken));
  if (!read.success) return undefined;
  const { tid: tenantId, aud: audience, nonce, preferred_username: account } = read.data;
  return { tenantId, audience, nonce, account };
}

function payloadOf(idToken: string): unknown {
  try {
    return decodeJwt(idToken);
  } catch {
    return undefined;
  }
}
