import { fromIso } from '../core/clock.ts';
import type { TroubleCause, TroubleCode } from '../customers/coverage.ts';
import type { Member } from '../customers/health-shards.ts';
import type { Way } from './service-health.ts';

/** What is known of the partner's delegated way into a tenant. */
export type DelegationState = 'unknown' | 'none' | 'ended' | 'alive';

export function delegationState({ delegation }: Pick<Member, 'delegation'>, now: number): DelegationState {
  if (delegation === undefined) return 'unknown';
  if (delegation.endsAt === undefined) return 'none';
  return fromIso(delegation.endsAt) <= now ? 'ended' : 'alive';
}

/** In which order a tenant's ways are tried: the one that worked last first, and none that cannot be there. */
export function waysOf(last: Way | undefined, delegation: DelegationState): Way[] {
  if (delegation === 'none' || delegation === 'ended') return ['app'];
  return last === 'gdap' ? ['gdap', 'app'] : ['app', 'gdap'];
}

/** One way's failure. `isGrant`: the partner's refresh token does not work, whatever the tenant is like. */
export type WayFailure = { code: TroubleCode; isGrant?: boolean; detail?: TroubleCause | undefined };

type Failures = {
  app?: WayFailure | undefined;
  gdap?: WayFailure | undefined;
  delegation: DelegationState;
  /** The way that worked last. */
  last: Way | undefined;
};

/** `isGrant`: the tenant would be read if the partner's grant worked: the connection's finding, not the tenant's trouble. */
export type Verdict = { code: TroubleCode; isGrant: boolean; detail?: TroubleCause | undefined };

/** Whether a failure is about the way, so that the other one may work. The rest is Microsoft's, and meets both. */
export const isOfWay = ({ code }: { code: TroubleCode }): boolean => code !== 'throttled' && code !== 'microsoft-down';

/**
 * Most useful first: of a trouble that passes nothing can be mended; a role the partner can assign by itself, a policy and a
 * consent are the customer's.
 */
const order: readonly TroubleCode[] = ['microsoft-down', 'throttled', 'role-lacking', 'token', 'not-consented'];

/**
 * Why nobody could read a tenant, from what each way met. What the delegated way met counts only where that way is believed to be
 * there: everywhere else it fails, of course, and the consent is what is missing. Where the relationship has ended, what mends it
 * is a new one, because that is how this customer was read.
 */
export function verdictOf({ app, gdap, delegation, last }: Failures): Verdict {
  if (delegation === 'ended' && app?.code === 'not-consented') return { code: 'gdap-expired', isGrant: false };
  const isBelieved = last === 'gdap' || delegation === 'alive' || !app;
  const met = [app, isBelieved ? gdap : undefined].filter((failure) => failure !== undefined);
  const [most = { code: 'token' } satisfies WayFailure] = met.sort((a, b) => rank(a) - rank(b));
  const { code, isGrant = false, detail }: WayFailure = most;
  return { code, isGrant, detail };
}

/** A grant that would mend it all comes before everything that only a person at the customer can mend. */
const rank = ({ code, isGrant = false }: WayFailure): number => (isGrant ? 1.5 : order.indexOf(code));
