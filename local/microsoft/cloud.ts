import type { Refusal } from './reply.ts';
import type { ApiRequest } from './reply.ts';
import type { Change, State } from './state.ts';
import type { Claims, Tokens } from './tokens.ts';

/** What every simulated API works with. */
export type Cloud = {
  /** Root of all APIs, such as `http://127.0.0.1:7080`. */
  baseUrl: string;
  /** World time in milliseconds. */
  now(): number;
  /** Read only: it changes through `commit`. */
  state: State;
  /** Resolves when the change is in the journal and has taken effect. */
  commit(change: Change): Promise<void>;
  tokens: Tokens;
};

type TokenTrouble = 'missing' | 'invalid' | 'expired' | 'audience';

/** Audiences under which Microsoft's clouds know each API. Microsoft docs: national cloud endpoints. */
export const audiences = {
  graph: [
    'https://graph.microsoft.com',
    'https://graph.microsoft.us',
    'https://dod-graph.microsoft.us',
    'https://microsoftgraph.chinacloudapi.cn',
  ],
  partnercenter: ['https://api.partnercenter.microsoft.com', 'https://partner.partnercenterapi.microsoftonline.cn'],
  arm: [
    'https://management.azure.com',
    'https://management.core.windows.net',
    'https://management.usgovcloudapi.net',
    'https://management.chinacloudapi.cn',
  ],
  vault: ['https://vault.azure.net', 'https://vault.usgovcloudapi.net', 'https://vault.azure.cn'],
} as const;

export function bearerOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? /^Bearer\s+(\S+)$/i.exec(header)?.[1] : undefined;
}

type Authorization = {
  request: ApiRequest;
  api: keyof typeof audiences;
  header?: 'authorization' | 'x-ms-authorization-auxiliary';
  /** Each API words its refusals in its own shape. */
  refuse: (trouble: TokenTrouble) => Refusal;
};

/** The claims of the caller's token, or the API's own refusal. */
export async function authorize(cloud: Cloud, authorization: Authorization): Promise<Claims> {
  const { request, api, header = 'authorization', refuse } = authorization;
  const token = bearerOf(request.headers[header]);
  if (token === undefined) throw refuse('missing');
  const verified = await cloud.tokens.verify(token);
  if (verified.kind !== 'valid') throw refuse(verified.kind);
  const accepted: readonly string[] = audiences[api];
  if (!accepted.includes(verified.claims.aud.replace(/\/+$/, ''))) throw refuse('audience');
  return verified.claims;
}
