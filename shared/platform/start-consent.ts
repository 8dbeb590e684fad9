import type { Caller } from '../core/caller.ts';
import { minuteMs, secondMs, toIso, type Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Ids } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { ConsentConnection, ConsentExchange } from './consent-exchange.entra.ts';
import type { ConsentRows } from './consent-rows.ts';
import { proofsOf, stateOf } from './consent-state.ts';
import { namedConnection } from './named-connection.ts';
import { consentEvents, withAsked } from './partner-consent.ts';
import { SecretMissing, type SecretVersions } from './secret.ts';
import type { Scope } from './telemetry.ts';

/** By which the desk signs the states of sign-ins; made by the first that is asked for. */
export const consentKeySecret = 'partner-consent-key';

export type StartConsentDeps = {
  clock: Clock;
  ids: Pick<Ids, 'newId' | 'bytes'>;
  connections: readonly ConsentConnection[];
  /** Undefined where the desk does not know its own address. */
  exchange: Pick<ConsentExchange, 'urlFor'> | undefined;
  rows: ConsentRows;
  versions: SecretVersions;
};

export type AskedConsent = { id: string; url: string; expiresAt: string };

type StartCall = { connectionId?: string | undefined; key: string | undefined; caller: Caller };

/** Begins a sign-in of a connection's person: an address for a browser, good once and for ten minutes. */
export function createStartConsent(deps: StartConsentDeps) {
  return async (
    { connectionId, key, caller }: StartCall,
    scope: Scope,
  ): Promise<{ asked: AskedConsent; isReplay: boolean }> => {
    const { exchange } = deps;
    const connection = namedConnection(deps.connections, connectionId);
    if (exchange === undefined) {
      throw new AppError('setting-missing', 'Set DESK_PUBLIC_URL: Entra sends the browser back to that address.');
    }
    const now = deps.clock.now();
    const id = key === undefined ? deps.ids.newId() : hashOf('partner-consent', caller.id, key).slice(0, 26);
    if (key !== undefined) await refuseReuse(deps, connection.id, id);
    const signingKey = await signingKeyOf(deps);
    const expiresAt = toIso(Math.floor(now / secondMs) * secondMs + limits.partnerConsentMinutes * minuteMs);
    const made = { id, expiresAt, state: 'waiting' } as const;
    const consents = await deps.rows.change(connection.id, (before) =>
      before.some((one) => one.id === id) ? before : withAsked(before, made, now),
    );
    const standing = consents.find((one) => one.id === id) ?? made;
    const isReplay = standing !== made;
    if (!isReplay) scope.log(consentEvents.asked, { connectionId: connection.id, id, by: caller.id });
    const ticket = { connectionId: connection.id, id, expiresAt: standing.expiresAt };
    const state = stateOf(signingKey, ticket);
    const url = exchange.urlFor(connection, { state, ...proofsOf(signingKey, ticket) });
    return { asked: { id, url, expiresAt: standing.expiresAt }, isReplay };
  };
}

async function refuseReuse({ connections, rows }: StartConsentDeps, connectionId: string, id: string): Promise<void> {
  for (const other of connections.filter((one) => one.id !== connectionId)) {
    const isKnown = (await rows.read(other.id)).some((consent) => consent.id === id);
    if (isKnown) throw new AppError('idempotency-key-reused', 'This key was used for another connection.');
  }
}

const keyBytes = 32;

/** What the vault holds, asked for now: of two that make the first key at once, the later one counts. */
async function signingKeyOf({ versions, ids }: StartConsentDeps): Promise<string> {
  try {
    return (await versions.current(consentKeySecret)).value;
  } catch (error) {
    if (!(error instanceof SecretMissing)) throw error;
  }
  await versions.put(consentKeySecret, Buffer.from(ids.bytes(keyBytes)).toString('base64url'));
  return (await versions.current(consentKeySecret)).value;
}
