import type { Clock } from '../core/clock.ts';
import type { SignInProof } from '../platform/finish-consent.ts';
import type { Http, HttpAnswer } from '../platform/http.ts';
import { SourceFailure } from './customers-source.ts';
import { exchange, refusal } from './upstream-json.http.ts';

type ProveDeps = { http: Http; clock: Pick<Clock, 'now'>; partnerCenterBaseUrl: string };

/**
 * One read at Partner Center with a person's token, which has it say whether that person's sign-in carried multifactor
 * authentication. Source: Microsoft docs, "Partner Center authentication", header ValidateMfa.
 */
export function createProveSignIn({ http, clock, partnerCenterBaseUrl }: ProveDeps) {
  return async (accessToken: string): Promise<SignInProof> => {
    try {
      const answer = await exchange(
        { http, clock, tokens: async () => Promise.resolve(accessToken) },
        {
          want: { tenantId: '', resource: 'partnercenter', connectionId: '' },
          url: `${partnerCenterBaseUrl}/v1/customers?size=1`,
          headers: { 'MS-Contract-Version': 'v1', ValidateMfa: 'true' },
        },
      );
      return proofIn(answer, clock.now());
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      return { mfa: 'untold', read: 'unproven', code: error.reason };
    }
  };
}

const withoutMfa = '900421';

function proofIn(answer: HttpAnswer, now: number): SignInProof {
  const told = answer.headers.ismfacompliant?.toLowerCase();
  const mfa = told === 'true' ? 'proven' : told === 'false' ? 'missing' : 'untold';
  if (answer.status === 200) return { mfa, read: 'proven' };
  const { reason, code = String(answer.status) } = refusal(answer, now);
  if (code === withoutMfa) return { mfa: 'missing', read: 'refused', code };
  return { mfa, read: reason === 'refused' ? 'refused' : 'unproven', code };
}
