import { dayMs, fromIso, hourMs, minuteMs, toIso, type Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { alive, grantEvents, hasPut, type Grant, type GrantRows } from './partner-grant.ts';
import { SecretMissing, type SecretVersions } from './secret.ts';
import type { Scope } from './telemetry.ts';
import { TokenFailure } from './tokens.ts';

type KeepGrantsDeps = {
  clock: Pick<Clock, 'now'>;
  connections: readonly { id: string }[];
  rows: GrantRows;
  versions: SecretVersions;
  /** Trades a refresh token for a newer one; undefined where there was none. Throws {@link TokenFailure}. */
  exchange: (connectionId: string, refreshToken: string) => Promise<string | undefined>;
  secretName: (connectionId: string) => string;
};

/** As the rows said before this turn: how many are dead, and the age in days of the oldest that the vault holds. */
export type GrantsSeen = { deadGrants: number; grantAgeDays: number | null };

export type KeepGrants = (scope: Scope) => Promise<GrantsSeen>;

/** Longer than an exchange and two calls of the vault take: until then nobody else looks after the same grant. */
const leaseMs = 5 * minuteMs;

/**
 * Renews the refresh token of every connection once a day. Entra answers each exchange with a newer one, while the old one stays
 * good: the newer is put into the vault as a new version, and only what the vault holds is ever used. One looks after a grant at a
 * time, and one writes, be it this or a person's sign-in; both by the row's ETag. A dead grant is looked at each minute, so that a
 * person's new sign-in is seen.
 */
export function createKeepGrants(deps: KeepGrantsDeps): KeepGrants {
  return async (scope) => {
    const seen: Grant[] = [];
    for (const { id } of deps.connections) {
      const { before, isMine } = await claim(deps, id);
      if (before) seen.push(before);
      if (before?.dead && !before.isTold) await deps.rows.tell(id, scope);
      if (before && isMine) await look(deps, before, scope);
    }
    return grantsSeen(seen, deps.clock.now());
  };
}

function grantsSeen(grants: readonly Grant[], now: number): GrantsSeen {
  const ages = grants.flatMap(({ createdAt }) => (createdAt === undefined ? [] : [ageDaysOf(createdAt, now)]));
  return {
    deadGrants: grants.filter(({ dead }) => dead !== undefined).length,
    grantAgeDays: ages.length === 0 ? null : Math.floor(Math.max(...ages)),
  };
}

const ageDaysOf = (createdAt: string, now: number): number => (now - fromIso(createdAt)) / dayMs;

/** The row as it was, and whether its time has come and nobody else was quicker. Who signed in is forgotten then. */
async function claim({ rows, clock }: KeepGrantsDeps, connectionId: string) {
  const now = clock.now();
  let before: Grant | undefined;
  const isMine = await rows.change(connectionId, (grant) => {
    before = grant;
    return fromIso(grant.dueAt) > now ? undefined : { ...grant, dueAt: toIso(now + leaseMs), consent: undefined };
  });
  return { before, isMine };
}

async function look(deps: KeepGrantsDeps, before: Grant, scope: Scope): Promise<void> {
  const { connectionId } = before;
  try {
    await deps.rows.change(connectionId, await renewed(deps, before, scope));
  } catch (error) {
    if (error instanceof SecretMissing) {
      // A partner that reads with its application alone has none.
      await deps.rows.change(connectionId, (grant) => ({ ...grant, createdAt: undefined }));
    } else if (error instanceof TokenFailure || isAppError(error, 'unavailable')) {
      await notRenewed(deps, { before, error }, scope);
    } else throw error;
  }
  await deps.rows.tell(connectionId, scope);
}

type Change = (grant: Grant) => Grant;

async function renewed(deps: KeepGrantsDeps, { connectionId, dead, tried }: Grant, scope: Scope): Promise<Change> {
  const { clock, versions } = deps;
  const name = deps.secretName(connectionId);
  const held = await versions.current(name);
  const now = clock.now();
  if (!dead && now - held.createdAt < dayMs) return kept(held.createdAt, now);
  if (dead && tried?.version === held.version && now - fromIso(tried.at) < leaseMs) {
    return (grant) => ({ ...grant, dueAt: toIso(now + minuteMs) });
  }
  if (dead)
    await deps.rows.change(connectionId, (grant) => ({ ...grant, tried: { version: held.version, at: toIso(now) } }));
  const newer = await deps.exchange(connectionId, held.value);
  if (dead) scope.log(grantEvents.recovered, { connectionId, since: dead.since });
  if (newer === undefined) return kept(held.createdAt, now);
  // A person may be signing in: what they put there stays on top.
  if (!(await deps.rows.mayPut(connectionId))) return (grant) => ({ ...alive(grant), dueAt: toIso(now + minuteMs) });
  const present = await versions.current(name);
  if (present.version !== held.version) return put(present.createdAt, now);
  const stored = await versions.put(name, newer);
  scope.log(grantEvents.renewed, { connectionId });
  return put(stored.createdAt, now);
}

/** Looked after again a day after it was made, or in an hour where that is past. */
const kept =
  (createdAt: number, now: number): Change =>
  (grant) => ({
    ...alive(grant),
    createdAt: toIso(createdAt),
    dueAt: toIso(Math.max(createdAt + dayMs, now + hourMs)),
  });

const put =
  (createdAt: number, now: number): Change =>
  (grant) =>
    hasPut(kept(createdAt, now)(grant));

type Failed = { before: Grant; error: Error };

async function notRenewed({ rows, clock }: KeepGrantsDeps, { before, error }: Failed, scope: Scope): Promise<void> {
  const { connectionId, createdAt } = before;
  const isDead = error instanceof TokenFailure && error.reason === 'grant-dead';
  if (isDead) {
    await rows.changed(connectionId, error.code ?? 'invalid_grant');
    await rows.change(connectionId, (grant) => ({ ...grant, dueAt: toIso(clock.now() + minuteMs) }));
    return;
  }
  const ageDays = createdAt === undefined ? 0 : ageDaysOf(createdAt, clock.now());
  const event = ageDays > limits.grantAgeAlarmDays ? grantEvents.ageing : grantEvents.notRenewed;
  scope.log(event, { connectionId, ageDays: Math.floor(ageDays), error: error.message });
}
