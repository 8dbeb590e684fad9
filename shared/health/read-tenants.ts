import pLimit from 'p-limit';
import { secondMs, type Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { TroubleCode } from '../customers/coverage.ts';
import { ReadFailure, type ReadTenant, type ServiceHealthSource, type TenantReading } from './service-health.ts';

export type Planned = ReadTenant & { customerId: string };

/** What came of one tenant in this cycle. `skipped`: nobody asked, because time or Microsoft's patience was up. */
export type Outcome =
  | { kind: 'read'; reading: TenantReading }
  | { kind: 'failed'; code: TroubleCode; notBefore?: number }
  | { kind: 'skipped' };

/**
 * Reads the tenants of a shard, some at a time, each on its own: a failure is that tenant's outcome and no more. A trouble of
 * the application as a whole, or the end of the time for a cycle, leaves the rest for the next cycle.
 */
export async function readTenants(
  deps: { source: ServiceHealthSource; clock: Pick<Clock, 'now'> },
  plan: readonly Planned[],
): Promise<Map<string, Outcome>> {
  const until = deps.clock.now() + limits.healthCycleMs;
  const outcomes = new Map<string, Outcome>();
  let isPaused = false;
  const one = async (tenant: Planned): Promise<void> => {
    if (isPaused || deps.clock.now() >= until) {
      outcomes.set(tenant.customerId, { kind: 'skipped' });
      return;
    }
    try {
      outcomes.set(tenant.customerId, { kind: 'read', reading: await deps.source(tenant) });
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error;
      if (error.scope === 'application') isPaused = true;
      const wait = error.retryAfterSeconds;
      outcomes.set(tenant.customerId, {
        kind: 'failed',
        code: error.code,
        ...(wait !== undefined && { notBefore: deps.clock.now() + wait * secondMs }),
      });
    }
  };
  const limit = pLimit(limits.healthConcurrency);
  await Promise.all(plan.map((tenant) => limit(async () => one(tenant))));
  return outcomes;
}
