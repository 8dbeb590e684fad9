import { randomUUID } from 'node:crypto';
import { Refusal } from './reply.ts';

/** OAuth error, HTTP status and text by AADSTS code. Microsoft docs: Microsoft Entra authentication error codes. */
const catalogue = {
  50011: ['invalid_request', 400, 'The redirect URI does not match the ones configured for the application.'],
  50020: ['invalid_grant', 400, 'The user account does not exist in the tenant and cannot access the application.'],
  50057: ['invalid_grant', 400, 'The user account is disabled.'],
  50076: ['invalid_grant', 400, 'The user must use multi-factor authentication to access the resource.'],
  50132: ['invalid_grant', 400, 'The session is not valid: the password has expired or was changed.'],
  50173: [
    'invalid_grant',
    400,
    'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
  ],
  53003: ['invalid_grant', 400, 'Access has been blocked by Conditional Access policies.'],
  54005: ['invalid_grant', 400, 'The OAuth2 authorization code was already redeemed.'],
  65001: ['invalid_grant', 400, 'The user or administrator has not consented to use the application in this tenant.'],
  70008: ['invalid_grant', 400, 'The provided authorization code or refresh token has expired.'],
  70021: ['invalid_request', 400, 'No matching federated identity record found for presented assertion.'],
  90002: ['invalid_request', 400, 'Tenant not found. Check that the tenant id is right.'],
  501481: ['invalid_grant', 400, 'The code verifier does not match the code challenge of the authorization request.'],
  500011: ['invalid_resource', 400, 'The resource principal was not found in the tenant.'],
  700016: ['unauthorized_client', 400, 'The application was not found in the directory: it is not installed there.'],
  70043: ['invalid_grant', 400, 'The refresh token has expired by a sign-in frequency check of Conditional Access.'],
  700082: ['invalid_grant', 400, 'The refresh token has expired due to inactivity.'],
  700084: ['invalid_grant', 400, 'The refresh token was issued to a single page app and has expired.'],
  700023: ['invalid_client', 401, 'Client assertion audience claim does not match Realm issuer.'],
  700024: ['invalid_client', 401, 'Client assertion is not within its valid time range.'],
  700027: ['invalid_client', 401, 'The signature of the client assertion could not be verified.'],
  900144: ['invalid_request', 400, 'The request body lacks a parameter that it must contain.'],
  1002012: ['invalid_scope', 400, 'The scope of a client credentials request must end with /.default.'],
  7000215: ['invalid_client', 401, 'Invalid client secret provided.'],
  7000229: ['unauthorized_client', 401, 'The client application is missing its service principal in the tenant.'],
} as const satisfies Record<number, readonly [error: string, status: number, text: string]>;

export type EntraCode = keyof typeof catalogue;

/** By which a tenant's sign-in policy stops a person. */
export const signInPolicyCodes = [50076, 53003] as const satisfies EntraCode[];

export function entraRefusal(code: EntraCode, now: number, detail = ''): Refusal {
  const [error, status, text] = catalogue[code];
  return new Refusal({
    status,
    body: {
      error,
      error_description: `AADSTS${String(code)}: ${text}${detail}`,
      error_codes: [code],
      timestamp: new Date(now).toISOString().slice(0, 19).replace('T', ' ') + 'Z',
      trace_id: randomUUID(),
      correlation_id: randomUUID(),
      error_uri: `https://login.microsoftonline.com/error?code=${String(code)}`,
    },
  });
}
