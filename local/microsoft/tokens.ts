import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { JSONWebKeySet, JWK, JWTPayload } from 'jose';
import * as z from 'zod';
import { guidOf } from './seed-world.ts';

/** The claims that the simulated APIs look at; a token may carry more. */
const claimsSchema = z.looseObject({
  iss: z.string(),
  aud: z.string(),
  tid: z.string(),
  sub: z.string().optional(),
  oid: z.string().optional(),
  appid: z.string().optional(),
  idtyp: z.string().optional(),
  scp: z.string().optional(),
  roles: z.array(z.string()).optional(),
  amr: z.array(z.string()).optional(),
});

export type Claims = z.infer<typeof claimsSchema>;

export type TokenRequest = {
  tenantId: string;
  audience: string;
  claims?: Record<string, unknown>;
  /** Negative for a token that has expired already. */
  lifetimeSeconds: number;
};

export type VerifiedToken = { kind: 'valid'; claims: Claims } | { kind: 'expired' } | { kind: 'invalid' };

export type Tokens = {
  jwks: JSONWebKeySet;
  issuerOf(tenantId: string): string;
  issue(request: TokenRequest): Promise<string>;
  /** Signature, issuer and lifetime by the world clock; the audience is for the API to judge. */
  verify(token: string): Promise<VerifiedToken>;
};

type TokenOptions = { authority: string; now: () => number; keyFile: string | undefined };

/** RS256 tokens of every tenant, signed with one key, which outlives restarts when a file for it is given. */
export async function createTokens({ authority, now, keyFile }: TokenOptions): Promise<Tokens> {
  const jwk = await signingKey(keyFile);
  const kid = await calculateJwkThumbprint(jwk);
  const key = await importJWK(jwk, 'RS256');
  const jwks: JSONWebKeySet = { keys: [{ kty: 'RSA', use: 'sig', alg: 'RS256', kid, n: jwk.n, e: jwk.e }] };
  const keySet = createLocalJWKSet(jwks);
  const issuerOf = (tenantId: string) => `${authority}/${tenantId}/v2.0`;
  let issued = 0;

  return {
    jwks,
    issuerOf,
    issue: ({ tenantId, audience, claims, lifetimeSeconds }) => {
      const nowSeconds = Math.floor(now() / 1000);
      const issuedAt = lifetimeSeconds < 0 ? nowSeconds + lifetimeSeconds - 3600 : nowSeconds;
      const payload: JWTPayload = {
        ver: '2.0',
        tid: tenantId,
        uti: guidOf(`token:${String(issuedAt)}:${String(issued++)}`),
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid })
        .setIssuer(issuerOf(tenantId))
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt)
        .setExpirationTime(nowSeconds + lifetimeSeconds)
        .sign(key);
    },
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, keySet, { currentDate: new Date(now()) });
        const claims = claimsSchema.parse(payload);
        return claims.iss === issuerOf(claims.tid) ? { kind: 'valid', claims } : { kind: 'invalid' };
      } catch (error) {
        return { kind: error instanceof errors.JWTExpired ? 'expired' : 'invalid' };
      }
    },
  };
}

async function signingKey(keyFile: string | undefined): Promise<JWK> {
  if (keyFile !== undefined) {
    const kept = await readFile(keyFile, 'utf8').catch(() => undefined);
    if (kept !== undefined) return JSON.parse(kept) as JWK;
  }
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  if (keyFile !== undefined) {
    await mkdir(dirname(keyFile), { recursive: true });
    // Renamed into place, so that a kill in the middle does not leave half a key.
    await writeFile(`${keyFile}.new`, JSON.stringify(jwk), { mode: 0o600 });
    await rename(`${keyFile}.new`, keyFile);
  }
  return jwk;
}
