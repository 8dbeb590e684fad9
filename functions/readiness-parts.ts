import type { DeskCloud } from '../shared/customers/cloud.ts';
import { createDelegationState, type DelegationState } from '../shared/customers/delegation.ts';
import { createDirectoryState } from '../shared/customers/directory.ts';
import { registrationView, type HookRows } from '../shared/customers/hook-registration-row.ts';
import { caseMailStates } from '../shared/escalations/case-mail-relay.ts';
import { dayMs, toIso } from '../shared/core/clock.ts';
import { isAppError } from '../shared/core/errors.ts';
import { feedTrouble, readFeedState } from '../shared/health/feed-state.ts';
import type { Circuits } from '../shared/platform/circuit.ts';
import { fitCertificate } from '../shared/platform/client-assertion.entra.ts';
import type { Config } from '../shared/platform/config.ts';
import { grantView, type GrantRows } from '../shared/platform/partner-grant.ts';
import type { Part } from '../shared/platform/readiness.ts';
import { isHeld, readRestored } from '../shared/platform/restored-desk.ts';
import { lastSweepState } from '../shared/platform/sweep.ts';
import type { Services } from '../shared/platform/services.ts';
import { TokenFailure } from '../shared/platform/tokens.ts';
import type { SigningCertificates } from '../shared/platform/vault-certificates.keyvault.ts';

const probeMs = 2_000;
const probeBytes = 256 * 1024;
/** Five turns of the sweep as it is scheduled. */
const sweepLateSeconds = 300;

export type ReadinessDeps = {
  services: Services;
  cloud: DeskCloud;
  authority: string;
  config: Config;
  grants: GrantRows;
  webhooks: Pick<HookRows, 'all'>;
  certificates: Pick<SigningCertificates, 'current'> | undefined;
  circuits: Pick<Circuits, 'open'>;
  reach: {
    duty: (nowMs: number) => Promise<{ name: string; window: string } | undefined>;
    findings: () => Promise<string[]>;
  };
};

/** The parts that the desk cannot do without, each asked by a question that it must answer. */
export const createReadinessParts = ({
  services,
  cloud,
  authority,
  config,
  grants,
  webhooks,
  certificates,
  circuits,
  reach,
}: ReadinessDeps): Part[] => [
  {
    name: 'storage',
    // What is remembered of the feeds is asked here, so that storage being away is not taken for Microsoft being away.
    check: async () => ({ directories: await directoryAges(services, cloud) }),
  },
  {
    name: 'timers',
    check: async () => {
      const last = await unlessStorageIsAway(async () => lastSweepState(services));
      const age = last?.sweepAgeSeconds ?? 0;
      if (age > sweepLateSeconds) throw new Error(`the last sweep was ${String(age)} seconds ago`);
      return { ...last };
    },
  },
  {
    name: 'bus',
    check: async () => {
      await services.busProbe.ping();
      return { deadLetters: await services.busProbe.deadLetters() };
    },
  },
  {
    name: 'microsoft',
    check: async () => {
      const tenant = config.DESK_API_TENANTS[0] ?? '';
      const url = `${authority}/${tenant}/v2.0/.well-known/openid-configuration`;
      const answer = await services.http({ method: 'GET', url, timeoutMs: probeMs, maxBytes: probeBytes });
      if (answer.status !== 200) throw new Error(`sign-in answers ${String(answer.status)}`);
      // At once: storage that is silent must not take the time of three questions, and so pass for Microsoft being away.
      const [health, delegation, held, registered, mailboxes, ends] = await Promise.all([
        unlessStorageIsAway(async () => readFeedState({ ...services, cloud })),
        unlessStorageIsAway(async () => delegationStates(services, cloud)),
        unlessStorageIsAway(async () => grants.all()),
        unlessStorageIsAway(async () => hookStates(config, webhooks)),
        unlessStorageIsAway(async () => caseMailStates({ ...services, cloud })),
        certificateStates(config, certificates, services.clock.now()),
      ]);
      const trouble = health && feedTrouble(health);
      if (trouble !== undefined) throw new Error(trouble);
      const views = held?.map((grant) => grantView(grant, services.clock.now())) ?? null;
      return {
        health: health ?? null,
        delegation: delegation ?? null,
        grants: views,
        webhooks: registered ?? null,
        // One that cannot be read is for people to mend: its cases are carried by hand meanwhile.
        mailboxes: mailboxes ?? null,
        ...(ends.length > 0 && { certificates: ends }),
        // Of this instance: which upstream escalations leave alone, and since when.
        circuits: circuits.open(),
      };
    },
  },
  {
    // Works, but files nothing: people are to reconcile and release it.
    name: 'filing',
    check: async () => {
      const state = await unlessStorageIsAway(async () => filingState(services));
      return state ?? { held: 'unknown: storage is away' };
    },
  },
  {
    // A desk on which nobody is on duty works: people who look after it are told.
    name: 'duty',
    check: async () =>
      (await unlessStorageIsAway(async () => dutyState(services, reach))) ?? { onDuty: 'unknown: storage is away' },
  },
];

async function filingState({ tables }: Services) {
  const back = await readRestored(tables('desk'));
  return { held: back && isHeld(back.restored) ? { since: back.restored.restoredAt } : false };
}

async function dutyState({ clock }: Services, { duty, findings }: ReadinessDeps['reach']) {
  const onDuty = await duty(clock.now());
  return {
    onDuty: onDuty === undefined ? 'nobody' : { name: onDuty.name, window: onDuty.window },
    findings: await findings(),
  };
}

/** Undefined where storage is away: that is another part's trouble. */
async function unlessStorageIsAway<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isAppError(error, 'unavailable')) return undefined;
    throw error;
  }
}

/** Whether Partner Center tells of changes by itself. Without it they are seen later: no part of the desk is away. */
const hookStates = async (config: Config, webhooks: Pick<HookRows, 'all'>) =>
  config.DESK_PUBLIC_URL === undefined
    ? 'off: DESK_PUBLIC_URL is not set'
    : (await webhooks.all()).map(registrationView);

/** When the certificates of connections that prove themselves by one end, or why they prove nothing. */
async function certificateStates(config: Config, certificates: ReadinessDeps['certificates'], now: number) {
  if (!certificates) return [];
  const named = config.PARTNER_CONNECTIONS.flatMap(({ id, certificate }) => (certificate ? [{ id, certificate }] : []));
  return Promise.all(
    named.map(async ({ id: connectionId, certificate }) => {
      try {
        const { endsAt } = fitCertificate(await certificates.current(certificate), now);
        return { connectionId, certificate, endsAt: toIso(endsAt), daysLeft: Math.floor((endsAt - now) / dayMs) };
      } catch (error) {
        if (!(error instanceof TokenFailure)) throw error;
        return { connectionId, certificate, trouble: error.message };
      }
    }),
  );
}

async function directoryAges(services: Services, cloud: DeskCloud): Promise<Record<string, unknown>[]> {
  const read = createDirectoryState(services);
  return Promise.all(
    cloud.connections.map(async ({ id }) => {
      const { shards, lastDoneAt, troubles } = await read(id);
      return { connectionId: id, shards, lastSyncAt: lastDoneAt ?? null, ...(troubles.length > 0 && { troubles }) };
    }),
  );
}

async function delegationStates(
  services: Services,
  cloud: DeskCloud,
): Promise<({ connectionId: string } & DelegationState)[]> {
  const read = createDelegationState(services, cloud);
  return Promise.all(cloud.connections.map(async ({ id }) => ({ connectionId: id, ...(await read(id)) })));
}
