import { createHash, randomBytes } from 'node:crypto';
import type { Cloud } from './cloud.ts';
import { entraRefusal } from './entra-errors.ts';
import { personTokens } from './person-tokens.ts';
import type { ApiRequest, Reply } from './reply.ts';
import { customers, partner } from './seed-world.ts';
import type { AuthorizationCode } from './sign-in-ways.ts';

const codeLifetimeMs = 10 * 60 * 1000;

/** The application's registration names the desk's callback; as with Microsoft, any port of this machine is good. */
const registered = /^http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?\/api\/partner-consents\/callback$/;

/**
 * Where a browser signs in: here the seeded integration account does so at once. What is wrong with the application or its
 * address is shown; everything else goes back to the application. PKCE must be there, which Microsoft asks of public clients only.
 * Microsoft docs: Microsoft identity platform and OAuth 2.0 authorization code flow.
 */
export async function signInPage(cloud: Cloud, tenantId: string, { query }: ApiRequest): Promise<Reply> {
  const given = (name: string) => query.get(name) ?? '';
  if (given('client_id').toLowerCase() !== partner.clientId) throw entraRefusal(700016, cloud.now());
  const redirectUri = given('redirect_uri');
  if (!registered.test(redirectUri)) throw entraRefusal(50011, cloud.now(), ` It was ${redirectUri}.`);
  const back = (answer: Record<string, string>): Reply => {
    const parameters = new URLSearchParams({ ...answer, state: given('state') });
    return { status: 302, headers: { location: `${redirectUri}?${parameters.toString()}` } };
  };
  const wrong = misfitOf(query);
  if (wrong !== undefined) return back({ error: 'invalid_request', error_description: `AADSTS900144: ${wrong}` });
  const way = cloud.state.signIn;
  if (way === 'denied') {
    const description = 'AADSTS65004: User declined to consent to access the app.';
    return back({ error: 'access_denied', error_description: description, error_subcode: 'cancel' });
  }
  const issued: AuthorizationCode = {
    code: `0.${randomBytes(48).toString('base64url')}`,
    tenantId: way === 'foreign-account' ? (customers[0]?.tenantId ?? '') : tenantId,
    redirectUri,
    challenge: given('code_challenge'),
    nonce: given('nonce'),
    hasMfa: way !== 'without-mfa',
  };
  await cloud.commit({ at: cloud.now(), type: 'code-issued', ...issued });
  return back({ code: issued.code, session_state: randomBytes(16).toString('hex') });
}

function misfitOf(query: URLSearchParams): string | undefined {
  const scopes = (query.get('scope') ?? '').split(' ');
  if (query.get('response_type') !== 'code') return "'response_type' must be code.";
  if (!scopes.includes('openid') || !scopes.includes('offline_access'))
    return "'scope' lacks openid or offline_access.";
  const isHashed = query.get('code_challenge_method') === 'S256' && query.get('code_challenge')?.length === 43;
  return isHashed ? undefined : "'code_challenge' must be there, with the method S256.";
}

/** Trades a code, once, for tokens and an id token. */
export async function redeemCode(
  cloud: Cloud,
  { tenantId, resource, form }: { tenantId: string; resource: string; form: URLSearchParams },
): Promise<Reply> {
  const now = cloud.now();
  const code = form.get('code') ?? '';
  const issued = cloud.state.codes.get(code);
  if (issued === undefined || now > issued.at + codeLifetimeMs) throw entraRefusal(70008, now);
  if (issued.isRedeemed) throw entraRefusal(54005, now);
  if (form.get('redirect_uri') !== issued.redirectUri) throw entraRefusal(50011, now);
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (challenge !== issued.challenge) throw entraRefusal(501481, now);
  await cloud.commit({ at: now, type: 'code-redeemed', code });
  const reply = await personTokens(cloud, { tenantId, resource, hasMfa: issued.hasMfa });
  const { oid, name, upn } = partner.user;
  const idToken = await cloud.tokens.issue({
    tenantId: issued.tenantId,
    audience: partner.clientId,
    claims: { oid, sub: oid, name, preferred_username: upn, nonce: issued.nonce },
    lifetimeSeconds: 3600,
  });
  return { ...reply, body: { ...reply.body, id_token: idToken } };
}
