import { decodeJwt, UnsecuredJWT, type JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { customers, guidOf, partner } from '../../local/microsoft/seed-world.ts';
import { aConsentDesk, wantedByPerson } from './a-consent-desk.ts';

type TokenReply = Record<string, unknown> & { id_token: string };

const withClaims =
  (change: JWTPayload) =>
  (reply: TokenReply): object => ({
    ...reply,
    id_token: new UnsecuredJWT({ ...decodeJwt(reply.id_token), ...change }).encode(),
  });

describe('an answer of Entra that is not for this sign-in', () => {
  it.each<[string, (reply: TokenReply) => object, string]>([
    ['of another nonce', withClaims({ nonce: 'x'.repeat(43) }), 'answer-misfit'],
    ['for another application', withClaims({ aud: guidOf('other') }), 'answer-misfit'],
    ['of another tenant', withClaims({ tid: customers[0]!.tenantId }), 'foreign-tenant'],
    ['with an id token that is none', (reply) => ({ ...reply, id_token: 'x.y.z' }), 'answer-misfit'],
    ['without an id token', (reply) => ({ ...reply, id_token: undefined }), 'answer-misfit'],
    ['without a refresh token', (reply) => ({ ...reply, refresh_token: undefined }), 'no-refresh-token'],
    ['that is unreadable', () => ({}), 'away'],
  ])('%s is not kept', async (_title, to, code) => {
    const desk = await aConsentDesk();
    desk.wire.after = ({ body = '' }, answer) =>
      body.includes('authorization_code')
        ? { ...answer, body: JSON.stringify(to(JSON.parse(answer.body) as TokenReply)) }
        : answer;
    expect((await desk.through()).standing).toMatchObject({ state: 'failed', code });
    expect(await desk.kept()).toHaveLength(1);
  });

  it('is taken in spite of ids in capitals, and without the name of who signed in', async () => {
    const desk = await aConsentDesk();
    const capitals = withClaims({
      tid: wantedByPerson.tenantId.toUpperCase(),
      aud: partner.clientId.toUpperCase(),
      preferred_username: undefined,
    });
    desk.wire.after = ({ body = '' }, answer) =>
      body.includes('authorization_code')
        ? { ...answer, body: JSON.stringify(capitals(JSON.parse(answer.body) as TokenReply)) }
        : answer;
    const { standing } = await desk.through();
    expect(standing).toMatchObject({ state: 'done' });
    expect(standing.account).toBeUndefined();
  });

  it('is a refusal of the new refresh token where its first exchange is refused', async () => {
    const desk = await aConsentDesk();
    desk.wire.after = ({ body = '' }, answer) =>
      body.includes('grant_type=refresh_token')
        ? { ...answer, status: 400, body: JSON.stringify({ error: 'invalid_grant', error_codes: [65001] }) }
        : answer;
    expect((await desk.through()).standing).toMatchObject({ state: 'failed', code: 'AADSTS65001' });
    expect(await desk.kept()).toHaveLength(1);
  });
});

describe('a sign-in whose code Entra does not trade', () => {
  it.each([70021, 700211, 700212, 700213, 700023, 700024, 700027])(
    'for the desk’s own proof (%i) says what to look at',
    async (number) => {
      const desk = await aConsentDesk();
      desk.wire.after = ({ body = '' }, answer) =>
        body.includes('authorization_code')
          ? { ...answer, status: 401, body: JSON.stringify({ error: 'invalid_client', error_codes: [number] }) }
          : answer;
      expect((await desk.through()).standing).toMatchObject({
        state: 'failed',
        code: `AADSTS${String(number)}`,
        said: expect.stringContaining('federated credential') as string,
      });
    },
  );
});
