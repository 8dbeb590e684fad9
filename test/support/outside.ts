import type { Clock } from '../../shared/core/clock.ts';
import { HttpFailure, type Http, type HttpAnswer, type HttpCall } from '../../shared/platform/http.ts';
import { anIssuer, authority } from '../portals/entra-issuer.ts';

export const identityEndpoint = 'https://identity.example/token';
export const vaultUri = 'https://vault.example';

/** What stands around a desk: Entra with its keys, the managed identity and the vault. Microsoft's other endpoints are away. */
export async function anOutside(clock: Clock) {
  const issuer = await anIssuer(clock.now());
  const secrets = new Map<string, string>();
  /** What lies at other addresses. */
  const files = new Map<string, string>();
  const entra = { status: 200, isAway: false };
  /** What Entra says to an application that asks for a token; where nothing is set, something unreadable. */
  const tokens: { answer?: (form: URLSearchParams) => { status?: number; json: object } } = {};
  const vault = { isAway: false, losesAnswers: false };
  /** Answers for whoever else is called, such as a portal's endpoint. */
  const others: { answer?: (call: HttpCall) => Promise<HttpAnswer> } = {};
  const calls: string[] = [];
  /** URLs of portals that take what they are sent. */
  const endpoints = new Set<string>();

  const json = (body: unknown, status = 200) => ({ status, headers: {}, body: JSON.stringify(body) });

  const answerOfVault = (call: HttpCall): HttpAnswer => {
    if (vault.isAway) throw new HttpFailure('network', 'the vault is away');
    const name = decodeURIComponent(new URL(call.url).pathname.split('/').at(-1) ?? '');
    if (call.method === 'PUT') {
      secrets.set(name, (JSON.parse(call.body ?? '') as { value: string }).value);
      if (vault.losesAnswers) throw new HttpFailure('network', 'the answer was lost');
    }
    const value = secrets.get(name);
    const attributes = { created: Math.floor(clock.now() / 1_000) };
    return value === undefined ? json({}, 404) : json({ value, id: `${call.url}/version-1`, attributes });
  };

  const http: Http = async (call) => {
    calls.push(call.url);
    if (call.url.startsWith(authority)) {
      if (entra.isAway) throw new HttpFailure('network', 'nobody answers at login.example');
      if (entra.status !== 200) return json({}, entra.status);
      if (call.method === 'POST' && tokens.answer) {
        const { status, json: body } = tokens.answer(new URLSearchParams(call.body));
        return json(body, status);
      }
      return call.url.endsWith('/keys') ? json({ keys: issuer.published }) : json({ issuer: authority });
    }
    if (call.url.startsWith(identityEndpoint)) {
      return json({ access_token: 'of the identity', expires_on: Math.floor(clock.now() / 1_000) + 86_400 });
    }
    if (call.url.startsWith(vaultUri)) {
      return answerOfVault(call);
    }
    if (endpoints.has(call.url)) return { status: 204, headers: {}, body: '' };
    const file = files.get(call.url);
    if (file !== undefined) return { status: 200, headers: {}, body: file };
    if (others.answer) return others.answer(call);
    throw new HttpFailure('network', 'nobody answers there');
  };
  return { http, calls, endpoints, secrets, files, entra, tokens, vault, others, sign: issuer.sign };
}
