import { randomBytes } from 'node:crypto';
import type { audiences, Cloud } from './cloud.ts';
import { entraRefusal } from './entra-errors.ts';
import type { Reply } from './reply.ts';
import { partner } from './seed-world.ts';
import { apiOf, nextLifetimeSeconds, tokenReply } from './token-reply.ts';

const refreshTokenLifetimeMs = 90 * 24 * 60 * 60 * 1000;

const delegatedScopes: Record<keyof typeof audiences, string> = {
  graph: 'ServiceHealth.Read.All ServiceMessage.Read.All DelegatedAdminRelationship.Read.All',
  partnercenter: 'user_impersonation',
  arm: 'user_impersonation',
  vault: 'user_impersonation',
};

type Wanted = { tenantId: string; resource: string };

export async function delegatedToken(
  cloud: Cloud,
  { refreshToken, ...wanted }: Wanted & { refreshToken: string },
): Promise<Reply> {
  const { tenantId } = wanted;
  const issuedAt = cloud.state.refreshTokens.get(refreshToken);
  if (issuedAt === undefined || cloud.now() > issuedAt + refreshTokenLifetimeMs) {
    throw entraRefusal(50173, cloud.now());
  }
  if ((cloud.state.delegatedConsents.get(tenantId) ?? 'granted') !== 'granted') throw entraRefusal(65001, cloud.now());
  const block = cloud.state.signInBlocks.get(tenantId);
  if (block !== undefined) throw entraRefusal(block, cloud.now());
  return personTokens(cloud, { ...wanted, hasMfa: !cloud.state.tokensWithoutMfa.has(refreshToken) });
}

/** An access token for the partner's person, and a new refresh token. */
export async function personTokens(cloud: Cloud, { tenantId, resource, hasMfa }: Wanted & { hasMfa: boolean }) {
  const api = apiOf(resource);
  const scp = api && delegatedScopes[api];
  const lifetimeSeconds = nextLifetimeSeconds();
  const { oid, name, upn } = partner.user;
  const amr = hasMfa ? ['pwd', 'mfa'] : ['pwd'];
  const claims = { appid: partner.clientId, azp: partner.clientId, oid, name, upn, sub: oid, scp, amr };
  const accessToken = await cloud.tokens.issue({ tenantId, audience: resource, claims, lifetimeSeconds });
  const token = `0.${randomBytes(48).toString('base64url')}`;
  await cloud.commit({ at: cloud.now(), type: 'refresh-token-issued', token, ...(!hasMfa && { hasMfa }) });
  const reply = tokenReply({ accessToken, lifetimeSeconds });
  const scope = (scp ?? '').split(' ').map((one) => `${resource}/${one}`);
  return { ...reply, body: { ...reply.body, scope: scope.join(' '), refresh_token: token } };
}
