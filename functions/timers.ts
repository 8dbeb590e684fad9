import type { EnsureDelegation } from '../shared/customers/delegation.ts';
import type { EnsureDirectory } from '../shared/customers/directory.ts';
import type { KeepHookRegistrations } from '../shared/customers/hook-registration.ts';
import type { EnsureCaseMail } from '../shared/escalations/case-mail-relay.ts';
import type { EnsureAzure } from '../shared/health/azure-ensure.ts';
import type { EnsurePolling } from '../shared/health/ensure-polling.ts';
import type { EnsureMessageCenter } from '../shared/health/message-center-ensure.ts';
import type { SweepHealth } from '../shared/health/sweep-health.ts';
import { deploymentCheckPlace } from '../shared/platform/deployment-check.ts';
import type { KeepGrants } from '../shared/platform/keep-grants.ts';
import { rememberSweep, shardPlaces, sweep, type SweepDeps } from '../shared/platform/sweep.ts';
import type { TimerFunction } from '../shared/platform/timer-handler.ts';

export type TimerDeps = Omit<SweepDeps, 'places'> & {
  keepGrants: KeepGrants;
  keepWebhooks: KeepHookRegistrations;
  sweepHealth: SweepHealth;
  ensureDirectory: EnsureDirectory;
  ensureDelegation: EnsureDelegation;
  ensureCaseMail: EnsureCaseMail;
  ensurePolling: EnsurePolling;
  ensureAzure: EnsureAzure;
  ensureMessageCenter: EnsureMessageCenter;
};

/** What the clock does: starts what is missing and sends again what is owed. Everything else keeps itself going on the bus. */
export const timerFunctions = (deps: TimerDeps): TimerFunction[] => [
  {
    name: 'pollServiceHealth',
    scheduleSetting: 'HEALTH_POLL_SCHEDULE',
    handle: async (scope) => {
      // Neither feed waits for the other, nor fails with it.
      const [health, azure, messages] = await Promise.allSettled([
        deps.ensurePolling(scope),
        deps.ensureAzure(scope),
        deps.ensureMessageCenter(scope),
      ]);
      return { ...valueOf(health), ...valueOf(azure), ...valueOf(messages) };
    },
  },
  {
    name: 'sweep',
    scheduleSetting: 'SWEEP_SCHEDULE',
    handle: async (scope) => {
      const places = async () =>
        Promise.resolve([
          ...(['requests', 'escalations', 'deliveries'] as const).flatMap(shardPlaces),
          deploymentCheckPlace,
        ]);
      // The directory first: without it there is nobody to poll for; a sweep that fails must not hold it up, nor it the sweep.
      const [directory, delegation, shards, health, grants, webhooks, mails] = await Promise.allSettled([
        deps.ensureDirectory(scope),
        deps.ensureDelegation(scope),
        sweep({ ...deps, places }, scope),
        deps.sweepHealth(scope),
        deps.keepGrants(scope),
        deps.keepWebhooks(scope),
        deps.ensureCaseMail(scope),
      ]);
      if (shards.status === 'fulfilled') {
        await rememberSweep(deps, { ...shards.value, ...(health.status === 'fulfilled' && { health: health.value }) });
      }
      for (const result of [directory, delegation, shards, health, grants, webhooks, mails])
        if (result.status === 'rejected') throw result.reason;
      const { owed, failed } = valueOf(health);
      return { ...valueOf(directory), ...valueOf(shards), healthOwed: owed, healthFailed: failed };
    },
  },
];

function valueOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
