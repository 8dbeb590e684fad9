import { dayMs, fromIso, minuteMs, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { TroubleCode } from '../customers/coverage.ts';
import type { AzureHealthSource, AzureReading, AzureTenant } from './azure-health-source.ts';
import type { AzureManner } from './azure-shard.ts';
import { ReadFailure } from './service-health.ts';

/** That Resource Graph was refused is believed for so long. */
const refusedMs = dayMs;
const overlapMs = 10 * minuteMs;

type Reading = { reading: AzureReading; manner: AzureManner };

/** Troubles of one way in, which the other may not have. */
const ownTroubles: readonly TroubleCode[] = ['not-consented', 'role-lacking', 'token'];

/**
 * Reads a tenant as it was read last: as the application or through the partner's delegated rights; where that fails for a
 * reason of its own, the other way in the same cycle. Of two failures the application's is told, or that a role lacks.
 */
export async function readAzure(
  source: AzureHealthSource,
  tenant: Omit<AzureTenant, 'way' | 'bySubscription' | 'changedAfter'> & { changedAfter: number | undefined },
  { before, now }: { before: AzureManner; now: number },
): Promise<Reading> {
  const whole = now - limits.incidentPastDays * dayMs + overlapMs;
  const isRefused = before.bySubscriptionUntil !== undefined && fromIso(before.bySubscriptionUntil) > now;
  const by = async (way: 'app' | 'gdap'): Promise<Reading> => {
    const changedAfter = tenant.changedAfter ?? whole;
    const reading = await source({ ...tenant, changedAfter, way, bySubscription: isRefused });
    const until = isRefused ? before.bySubscriptionUntil : reading.bySubscription ? toIso(now + refusedMs) : undefined;
    return {
      reading,
      manner: { ...(way === 'gdap' && { way }), ...(until !== undefined && { bySubscriptionUntil: until }) },
    };
  };
  const [first, second] = before.way === 'gdap' ? (['gdap', 'app'] as const) : (['app', 'gdap'] as const);
  try {
    return await by(first);
  } catch (failure) {
    if (!isOwn(failure)) throw failure;
    try {
      return await by(second);
    } catch (other) {
      if (!(other instanceof ReadFailure)) throw other;
      const [app, gdap] = first === 'app' ? [failure, other] : [other, failure];
      throw gdap.code === 'role-lacking' ? gdap : app;
    }
  }
}

const isOwn = (error: unknown): error is ReadFailure =>
  error instanceof ReadFailure && error.scope === 'tenant' && ownTroubles.includes(error.code);
