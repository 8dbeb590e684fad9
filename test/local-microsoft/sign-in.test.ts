import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { partner } from '../../local/microsoft/seed-world.ts';
import { partnerCenter, runningMicrosoft, type RunningMicrosoft } from './running-microsoft.ts';

const redirectUri = 'http://127.0.0.1:7071/api/partner-consents/callback';
const verifier = 'v'.repeat(43);
const scope = `openid profile offline_access ${partnerCenter}/user_impersonation`;
const asked = {
  client_id: partner.clientId,
  response_type: 'code',
  redirect_uri: redirectUri,
  scope,
  state: 'of-the-desk',
  nonce: 'once',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
};

const page = async ({ baseUrl }: RunningMicrosoft, change: Record<string, string> = {}) =>
  fetch(
    `${baseUrl}/entra/${partner.tenantId}/oauth2/v2.0/authorize?${new URLSearchParams({ ...asked, ...change }).toString()}`,
    { redirect: 'manual' },
  );
const backFrom = async (microsoft: RunningMicrosoft, change: Record<string, string> = {}) =>
  new URL((await page(microsoft, change)).headers.get('location') ?? '').searchParams;

const redeem = async (microsoft: RunningMicrosoft, code: string, change: Record<string, string> = {}) =>
  microsoft.tokenCall(partner.tenantId, {
    ...{ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri, scope },
    ...change,
  });

describe('the page where a person signs in', () => {
  it('sends the browser back with a code and the state; the code is good once, for that person', async () => {
    const microsoft = await runningMicrosoft();
    const back = await backFrom(microsoft);
    expect(back.get('state')).toBe('of-the-desk');
    const code = back.get('code') ?? '';
    const answer = await redeem(microsoft, code);
    expect(decodeJwt(answer.textAt('id_token'))).toMatchObject({
      aud: partner.clientId,
      tid: partner.tenantId,
      nonce: 'once',
      preferred_username: partner.user.upn,
    });
    expect(decodeJwt(answer.textAt('access_token'))).toMatchObject({ aud: partnerCenter, amr: ['pwd', 'mfa'] });
    const refresh = { grant_type: 'refresh_token', scope: `${partnerCenter}/.default` };
    const renewed = await microsoft.tokenCall(partner.tenantId, {
      ...refresh,
      refresh_token: answer.textAt('refresh_token'),
    });
    expect(renewed.status).toBe(200);
    expect((await redeem(microsoft, code)).at('error_codes')).toEqual([54005]);
  });

  it.each([
    ['an unknown application', { client_id: partner.tenantId }, 700016],
    ['an address that is not registered', { redirect_uri: 'https://elsewhere.example/callback' }, 50011],
  ])('sends nobody anywhere for %s', async (_title, change, code) => {
    const response = await page(await runningMicrosoft(), change);
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(await response.json()).toMatchObject({ error_codes: [code] });
  });

  it.each([
    ['another kind of answer', { response_type: 'token' }],
    ['no refresh token', { scope: 'openid' }],
    ['no challenge', { code_challenge: '' }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
  ])('tells the application that it refuses to ask for %s', async (_title, change) => {
    const back = await backFrom(await runningMicrosoft(), change);
    expect(back.get('error')).toBe('invalid_request');
    expect(back.get('code')).toBeNull();
  });

  it.each([
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 501481],
    ['another address', { redirect_uri: `${redirectUri}/` }, 50011],
    ['a code that nobody issued', { code: 'guess' }, 70008],
  ])('gives a code that is worth nothing with %s', async (_title, change, number) => {
    const microsoft = await runningMicrosoft();
    const code = (await backFrom(microsoft)).get('code') ?? '';
    expect((await redeem(microsoft, code, change)).at('error_codes')).toEqual([number]);
    await microsoft.advance(601);
    expect((await redeem(microsoft, code)).at('error_codes')).toEqual([70008]);
  });

  it('passes on that a sign-in had no second factor, also through newer refresh tokens', async () => {
    const microsoft = await runningMicrosoft();
    await microsoft.control({ scenario: { signIn: 'without-mfa' } });
    let refreshToken = (await redeem(microsoft, (await backFrom(microsoft)).get('code') ?? '')).textAt('refresh_token');
    for (let exchange = 0; exchange < 2; exchange++) {
      const form = { grant_type: 'refresh_token', scope: `${partnerCenter}/.default`, refresh_token: refreshToken };
      const answer = await microsoft.tokenCall(partner.tenantId, form);
      const headers = { authorization: `Bearer ${answer.textAt('access_token')}` };
      const refused = await microsoft.call('/partnercenter/v1/customers?size=1', { headers });
      expect([refused.status, refused.at('code')]).toEqual([401, '900421']);
      refreshToken = answer.textAt('refresh_token');
    }
  });
});
