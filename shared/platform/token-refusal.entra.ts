import * as z from 'zod';
import { jsonOf, retryAfterSeconds, type HttpAnswer } from './http.ts';
import { TokenFailure, type TokenFailureReason } from './tokens.ts';

export const throttledSeconds = 60;

/** What the code alone says, whoever asked and wherever. Source: Microsoft docs, "Microsoft Entra authentication error codes". */
const reasonByCode: Readonly<Record<number, TokenFailureReason>> = {
  65001: 'not-consented',
  500011: 'app-missing',
  650052: 'app-missing',
  700016: 'app-missing',
  7000112: 'app-missing',
  7000229: 'app-missing',
  // The assertion: no federated credential for its issuer, audience or subject; no such key; a wrong audience or time.
  70021: 'client-refused',
  700211: 'client-refused',
  700212: 'client-refused',
  700213: 'client-refused',
  700023: 'client-refused',
  700024: 'client-refused',
  700027: 'client-refused',
  90002: 'tenant-unknown',
  900021: 'tenant-unknown',
  900023: 'tenant-unknown',
};

/** Codes about the refresh token itself: expired, revoked, password changed, user disabled. */
const deadGrants: ReadonlySet<number> = new Set([
  50057, 50132, 50133, 50144, 50173, 70008, 700003, 700081, 700082, 700084,
]);

/**
 * Codes by which a tenant's policies stop a person: in a customer's tenant that is the customer's, in the partner's own it means
 * that somebody must sign in anew. 70043 is a sign-in frequency, which either may ask for.
 */
const policies: ReadonlySet<number> = new Set([
  50005, 50055, 50072, 50074, 50076, 50079, 50097, 50158, 53000, 53001, 53002, 53003, 53004, 530032, 530034, 70043,
  70046,
]);

/** Codes by which a tenant says that the person is nobody there: the delegated relationship has ended, or never was. */
const strangers: ReadonlySet<number> = new Set([50020, 50034, 50105, 50177, 90072]);

const errorSchema = z.object({ error: z.string().optional(), error_codes: z.array(z.number()).optional() });

/** Who asked: the application or its person, in the tenant of the partner itself (`isHome`) or in a customer's. */
export type Asked = { way: 'app' | 'delegated'; isHome: boolean };

/** What an answer other than 200 of the token endpoint means. No text of the other side is kept, only its code. */
export function refusalOf(answer: HttpAnswer, asked: Asked, now: number): TokenFailure {
  const status = `the token endpoint answered ${String(answer.status)}`;
  const wait = retryAfterSeconds(answer, now);
  if (answer.status === 429)
    return new TokenFailure('throttled', status, { retryAfterSeconds: wait ?? throttledSeconds });
  const { error, error_codes: numbers } = errorSchema.safeParse(jsonOf(answer.body)).data ?? {};
  if (answer.status >= 500 || error === 'temporarily_unavailable') {
    return new TokenFailure('away', status, wait === undefined ? {} : { retryAfterSeconds: wait });
  }
  const number = numbers?.[0];
  const reason = reasonOf(error, number, asked);
  if (number === undefined) return new TokenFailure(reason, status, { code: error ?? String(answer.status) });
  const code = `AADSTS${String(number)}`;
  return new TokenFailure(reason, `${status}: ${code}`, { code });
}

function reasonOf(error: string | undefined, number = 0, { way, isHome }: Asked): TokenFailureReason {
  const known = reasonByCode[number];
  if (known !== undefined) return known;
  if (way === 'app') return 'invalid-grant';
  if (deadGrants.has(number)) return 'grant-dead';
  // At home nobody but the partner decides: whatever else is wrong with a grant there, a person must sign in again.
  if (isHome && signInErrors.has(error)) return 'grant-dead';
  if (policies.has(number)) return 'sign-in-policy';
  return strangers.has(number) ? 'no-relationship' : 'invalid-grant';
}

const signInErrors: ReadonlySet<string | undefined> = new Set(['invalid_grant', 'interaction_required']);
