import { audiences } from './cloud.ts';

/** Which API a resource is, in whichever cloud. */
export function apiOf(resource: string): keyof typeof audiences | undefined {
  const apis = Object.keys(audiences) as (keyof typeof audiences)[];
  const bare = resource.replace(/\/+$/, '');
  return apis.find((api) => (audiences[api] as readonly string[]).includes(bare));
}

let answered = 0;
/** Entra spreads lifetimes over 60 to 75 minutes; a fixed series keeps runs alike. */
export function nextLifetimeSeconds(): number {
  answered += 1;
  return 3600 + ((answered * 137) % 901);
}

export function tokenReply({ accessToken, lifetimeSeconds }: { accessToken: string; lifetimeSeconds: number }) {
  return {
    status: 200,
    headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
    body: {
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
      ext_expires_in: lifetimeSeconds,
      access_token: accessToken,
    },
  };
}
