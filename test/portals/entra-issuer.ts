import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { scriptedHttp, type Scripted } from '../support/scripted-http.ts';

export const authority = 'https://login.example';
export const deskTenant = '11111111-1111-4111-8111-111111111111';
export const audience = 'desk-api';

export type TokenParts = {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  issuer?: string;
  audience?: string | string[];
};

/** A token issuer with one key that it publishes, and signs with whatever it is told. `nowMs` is the time of issue. */
export async function anIssuer(nowMs: number) {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const published: JWK[] = [{ ...(await exportJWK(publicKey)), kid: 'key-1', use: 'sig' }];
  const trouble: { answer?: Scripted | Error } = {};
  const { http, calls } = scriptedHttp(() => trouble.answer ?? { json: { keys: published } });
  const seconds = Math.floor(nowMs / 1_000);

  const sign = async ({ claims = {}, header = {}, ...parts }: TokenParts = {}) =>
    new SignJWT({ tid: deskTenant, iat: seconds, nbf: seconds, exp: seconds + 3_600, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1', ...header })
      .setIssuer(parts.issuer ?? `${authority}/${deskTenant}/v2.0`)
      .setAudience(parts.audience ?? audience)
      .sign(privateKey);
  return { http, calls, published, trouble, sign, publicKey };
}
