import { describe, expect, it } from 'vitest';
import { createProveSignIn } from '../../shared/customers/prove-sign-in.partnercenter.ts';
import { HttpFailure, type HttpAnswer, type HttpCall } from '../../shared/platform/http.ts';

async function proofFrom(answer: Partial<HttpAnswer> | Error) {
  const calls: HttpCall[] = [];
  const prove = createProveSignIn({
    clock: { now: () => Date.parse('2026-11-26T09:00:00Z') },
    partnerCenterBaseUrl: 'https://partner.example',
    http: async (call) => {
      calls.push(call);
      if (answer instanceof Error) throw answer;
      return Promise.resolve({ status: 200, headers: {}, body: '{}', ...answer });
    },
  });
  return { proof: await prove('the-token'), calls };
}

const refusedBy = (code: string) => JSON.stringify({ code, description: 'no' });

describe('one read at Partner Center proves a sign-in', () => {
  it('asks with the person’s own token whether it had a second factor', async () => {
    const { calls } = await proofFrom({});
    expect(calls).toMatchObject([
      {
        method: 'GET',
        url: 'https://partner.example/v1/customers?size=1',
        headers: { authorization: 'Bearer the-token', ValidateMfa: 'true' },
      },
    ]);
  });

  it.each([
    [{ headers: { ismfacompliant: 'True' } }, { mfa: 'proven', read: 'proven' }],
    [{ headers: { ismfacompliant: 'false' } }, { mfa: 'missing', read: 'proven' }],
    [{}, { mfa: 'untold', read: 'proven' }],
    [
      { status: 401, body: refusedBy('900421') },
      { mfa: 'missing', read: 'refused', code: '900421' },
    ],
    [
      { status: 403, body: `\uFEFF${refusedBy('900308')}` },
      { mfa: 'untold', read: 'refused', code: '900308' },
    ],
    [
      { status: 403, headers: { ismfacompliant: 'true' }, body: 'no' },
      { mfa: 'proven', read: 'refused', code: '403' },
    ],
    [{ status: 429 }, { mfa: 'untold', read: 'unproven', code: '429' }],
    [
      { status: 503, body: refusedBy('500') },
      { mfa: 'untold', read: 'unproven', code: '500' },
    ],
  ])('reads %o', async (answer, proof) => {
    expect((await proofFrom(answer)).proof).toEqual(proof);
  });

  it('proves nothing where nobody answers', async () => {
    const { proof } = await proofFrom(new HttpFailure('timeout', 'silent'));
    expect(proof).toEqual({ mfa: 'untold', read: 'unproven', code: 'away' });
  });
});
