import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type CryptoKey, type JWTPayload } from 'jose';
import * as z from 'zod';
import { withIncludedRoles, type Caller, type Role } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { Authenticate } from '../platform/route.ts';
import { portalEvents } from './events.ts';
import type { PortalRegistry } from './portal-registry.ts';

/**
 * The public key `kid` of a tenant's token issuer; undefined when there is none of that name. Throws AppError `unavailable`
 * where the keys cannot be had.
 */
export type KeyOf = (tenantId: string, kid: string) => Promise<CryptoKey | undefined>;

type AuthenticateDeps = {
  keyOf: KeyOf;
  clock: Clock;
  registry: PortalRegistry;
  /** Such as `https://login.microsoftonline.com`. */
  authority: string;
  /** Home tenants of callers; a token of any other tenant is refused before its keys are fetched. */
  tenants: readonly string[];
  audiences: readonly string[];
};

const maxTokenCharacters = 16 * 1_024;
/** How far the clocks of Entra and the desk may be apart. */
const skewSeconds = 60;

/**
 * Bearer tokens of Entra. A token with one of the desk's roles is a person or script; another application's token is the portal
 * that it was registered for. Storage (a cache of the portals) is asked only for tokens that hold; its trouble is the desk's, not
 * the caller's, and goes through. Throws AppError `unauthenticated` for a token that does not hold.
 */
export function createAuthenticate(deps: AuthenticateDeps): Authenticate {
  return async (headers, scope) => {
    try {
      return await callerOf(deps, await verify(deps, bearerOf(headers)));
    } catch (error) {
      if (!isAppError(error, 'unauthenticated')) throw error;
      scope.log(portalEvents.tokenRefused, { reason: error.cause instanceof Error ? error.cause.name : error.name });
      throw error;
    }
  };
}

const unauthenticated = (cause?: unknown) =>
  new AppError('unauthenticated', 'Send a valid bearer token of Microsoft Entra ID.', { cause });

function bearerOf(headers: Headers): string {
  const token = /^Bearer +([\w.-]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (token === undefined || token.length > maxTokenCharacters) throw unauthenticated();
  return token;
}

const unverifiedSchema = z.object({ tid: z.string(), kid: z.string() });

const claimsSchema = z.object({
  tid: z.string(),
  oid: z.string().min(1).optional(),
  azp: z.string().min(1).optional(),
  appid: z.string().min(1).optional(),
  scp: z.string().optional(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
  roles: z.array(z.string()).default([]),
});

type Claims = z.output<typeof claimsSchema>;

/** Everything read before the signature holds only chooses among what the settings pinned. */
async function verify(deps: AuthenticateDeps, token: string): Promise<Claims> {
  const unverified = read(token);
  const tenantId = unverified.tid.toLowerCase();
  if (!deps.tenants.some((tenant) => tenant.toLowerCase() === tenantId)) throw unauthenticated();
  const key = await deps.keyOf(tenantId, unverified.kid);
  if (key === undefined) throw unauthenticated();
  try {
    const { payload }: { payload: JWTPayload } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      issuer: `${deps.authority}/${tenantId}/v2.0`,
      audience: [...deps.audiences],
      requiredClaims: ['exp', 'nbf', 'tid'],
      clockTolerance: skewSeconds,
      currentDate: new Date(deps.clock.now()),
    });
    return claimsSchema.parse(payload);
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) throw unauthenticated(error);
    throw error;
  }
}

/** Whatever cannot be read here is the token's fault: nothing else is asked. */
function read(token: string): z.output<typeof unverifiedSchema> {
  try {
    const { kid, alg } = decodeProtectedHeader(token);
    if (alg === 'RS256') return unverifiedSchema.parse({ ...decodeJwt(token), kid });
  } catch (error) {
    throw unauthenticated(error);
  }
  throw unauthenticated();
}

const roleNames: readonly string[] = ['Desk.Read', 'Desk.Operate', 'Desk.Admin'] satisfies Role[];
/** Roles that only an application can have for itself: a token that acts for a person (`scp`) does not carry them. */
const applicationRoleNames: readonly string[] = ['ActionGroupsSecureWebhook'] satisfies Role[];
const isRoleOf =
  ({ scp }: Claims) =>
  (name: string): name is Role =>
    roleNames.includes(name) || (scp === undefined && applicationRoleNames.includes(name));

async function callerOf({ registry }: AuthenticateDeps, claims: Claims): Promise<Caller> {
  const roles = claims.roles.filter(isRoleOf(claims));
  if (roles.length > 0) return personOf(claims, roles);
  const clientId = claims.azp ?? claims.appid;
  // `scp` marks a token that acts for a person: somebody who signed in to the portal's application is not the portal.
  if (clientId === undefined || claims.scp !== undefined) throw unauthenticated();
  const portal = await registry.byApplication(claims.tid, clientId);
  if (portal === undefined || portal.disabled) throw unauthenticated();
  return registry.callerOf(portal);
}

function personOf({ tid, oid, name, preferred_username: username }: Claims, roles: Role[]): Caller {
  if (oid === undefined) throw unauthenticated();
  return {
    kind: 'person',
    id: `person:${tid}:${oid}`,
    name: name ?? username ?? oid,
    tenantId: tid,
    objectId: oid,
    roles: withIncludedRoles(roles),
  };
}
