import { dayMs, fromIso, toIso, type Clock } from '../core/clock.ts';
import { notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { ConsentConnection } from './consent-exchange.entra.ts';
import type { ConsentRows } from './consent-rows.ts';
import { standingWords } from './consent-words.ts';
import type { PartnerConsent } from './partner-consent-contracts.ts';
import { standingOf } from './partner-consent.ts';
import type { GrantRows } from './partner-grant.ts';

type ReadConsentDeps = {
  clock: Pick<Clock, 'now'>;
  connections: readonly ConsentConnection[];
  rows: Pick<ConsentRows, 'read'>;
  grants: Pick<GrantRows, 'read'>;
};

/** How a sign-in stands. Throws `not-found`, also for one that newer ones have pushed out. */
export function createReadConsent(deps: ReadConsentDeps) {
  return async (id: string): Promise<PartnerConsent> => {
    for (const { id: connectionId, tenantId } of deps.connections) {
      const held = (await deps.rows.read(connectionId)).find((consent) => consent.id === id);
      if (held === undefined) continue;
      const { state, code, grantedAt, expiresAt, endedAt, mfa, read } = standingOf(held, deps.clock.now());
      const account = state === 'done' ? await accountOf(deps, connectionId, id) : undefined;
      return {
        ...{ id, connectionId, tenantId, state, said: standingWords(state, code), expiresAt, endedAt, code, mfa, read },
        ...(account !== undefined && { account }),
        ...(grantedAt !== undefined && { grantEndsAt: toIso(fromIso(grantedAt) + limits.grantLifeDays * dayMs) }),
      };
    }
    throw notFound();
  };
}

/** Known for the first hour only. */
async function accountOf({ grants }: ReadConsentDeps, connectionId: string, id: string): Promise<string | undefined> {
  const consent = (await grants.read(connectionId))?.consent;
  return consent?.id === id ? consent.account : undefined;
}
