import pLimit from 'p-limit';
import { secondMs, type Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { TroubleCause, TroubleCode } from '../customers/coverage.ts';
import { whileInTime } from './in-time.ts';
import {
  ReadFailure,
  type ReadTenant,
  type ServiceHealthSource,
  type TenantReading,
  type Way,
} from './service-health.ts';
import { isOfWay, verdictOf, type DelegationState } from './ways.ts';

/** `ways`: in which order they are tried; `last`: the one that worked last. */
export type Planned = Omit<ReadTenant, 'way'> & {
  customerId: string;
  ways: readonly Way[];
  last: Way | undefined;
  delegation: DelegationState;
};

/**
 * What came of one tenant in this cycle. `scope`: more than this tenant is concerned (the application, the partner's grant).
 * `skipped`: nobody asked, because time was up, or because of `code`, which most others had met.
 */
export type Outcome =
  | { kind: 'read'; reading: TenantReading; way: Way }
  | Failed
  | { kind: 'skipped'; code?: 'microsoft-down' | 'throttled' };

type Failed = {
  kind: 'failed';
  code: TroubleCode;
  scope: ReadFailure['scope'];
  detail?: TroubleCause;
  notBefore?: number;
};

type Deps = { source: ServiceHealthSource; clock: Pick<Clock, 'now' | 'sleep'> };

/**
 * Reads the tenants of a shard, some at a time, each on its own: a failure is that tenant's outcome and no more. A trouble of
 * the application as a whole, one of Microsoft that most of a sample meet, or the end of the time for a cycle, leaves the rest
 * for the next cycle. `isProbing`: such a trouble stands already, so that a few ask before all do.
 */
export async function readTenants(
  deps: Deps,
  plan: readonly Planned[],
  isProbing = false,
): Promise<Map<string, Outcome>> {
  return whileInTime(deps.clock, limits.healthReadsMs, async (inTime) =>
    readAll({ ...deps, source: async (tenant) => inTime(deps.source(tenant)) }, plan, isProbing),
  );
}

async function readAll(deps: Deps, plan: readonly Planned[], isProbing: boolean): Promise<Map<string, Outcome>> {
  const until = deps.clock.now() + limits.healthCycleMs;
  const outcomes = new Map<string, Outcome>();
  const tally = { asked: 0, down: 0 };
  let stopped: 'microsoft-down' | 'throttled' | undefined;
  const count = (outcome: Outcome, sample: number): void => {
    tally.asked++;
    if (outcome.kind !== 'failed') return;
    if (outcome.scope === 'application') stopped = 'throttled';
    if (outcome.code === 'microsoft-down') tally.down++;
    if (tally.asked >= sample && tally.down * 2 > tally.asked) stopped ??= 'microsoft-down';
  };
  const read = async (tenants: readonly Planned[], sample: number): Promise<void> => {
    const limit = pLimit(limits.healthConcurrency);
    const one = async (tenant: Planned): Promise<void> => {
      if (stopped !== undefined || deps.clock.now() >= until) {
        outcomes.set(tenant.customerId, { kind: 'skipped', ...(stopped !== undefined && { code: stopped }) });
        return;
      }
      const outcome = await readTenant(deps, tenant);
      outcomes.set(tenant.customerId, outcome);
      count(outcome, sample);
    };
    await Promise.all(tenants.map((tenant) => limit(async () => one(tenant))));
  };
  const probes = isProbing && plan.length > limits.healthSampleTenants ? limits.healthProbeTenants : 0;
  await read(plan.slice(0, probes), limits.healthProbeTenants);
  await read(plan.slice(probes), limits.healthSampleTenants);
  return outcomes;
}

/** By the first way that works. A failure that both ways would meet is not tried on the other. */
async function readTenant({ source, clock }: Deps, tenant: Planned): Promise<Outcome> {
  const { ways, last, delegation, tenantId, connectionId, changedAfter } = tenant;
  const failures: Partial<Record<Way, ReadFailure>> = {};
  for (const way of ways) {
    try {
      return { kind: 'read', reading: await source({ tenantId, connectionId, changedAfter, way }), way };
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error;
      failures[way] = error;
      if (!isOfWay(error)) break;
    }
  }
  const { code, isGrant, detail } = verdictOf({
    app: failures.app && failureOf(failures.app),
    gdap: failures.gdap && failureOf(failures.gdap),
    delegation,
    last,
  });
  const all = Object.values(failures);
  const wait = all.find((failure) => failure.code === code)?.retryAfterSeconds;
  const isApplication = all.some(({ scope }) => scope === 'application');
  return {
    kind: 'failed',
    code,
    scope: isApplication ? 'application' : isGrant ? 'connection' : 'tenant',
    ...(detail !== undefined && { detail }),
    ...(wait !== undefined && { notBefore: clock.now() + wait * secondMs }),
  };
}

const failureOf = ({ code, scope, detail }: ReadFailure) => ({ code, isGrant: scope === 'connection', detail });
