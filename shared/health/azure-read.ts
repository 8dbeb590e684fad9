import { dayMs, fromIso, minuteMs, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { AzureHealthSource, AzureReading, AzureTenant } from './azure-health-source.ts';
import type { AzureManner } from './azure-shard.ts';

/** That Resource Graph was refused is believed for so long. */
const refusedMs = dayMs;
const overlapMs = 10 * minuteMs;

type Reading = { reading: AzureReading; manner: AzureManner };

/** Reads a tenant by one way, as it was read last: by one query, or by subscription where that was refused lately. */
export async function readAzure(
  source: AzureHealthSource,
  tenant: Omit<AzureTenant, 'bySubscription' | 'changedAfter'> & { changedAfter: number | undefined },
  { before, now }: { before: AzureManner; now: number },
): Promise<Reading> {
  const changedAfter = tenant.changedAfter ?? now - limits.incidentPastDays * dayMs + overlapMs;
  const isRefused = before.bySubscriptionUntil !== undefined && fromIso(before.bySubscriptionUntil) > now;
  const reading = await source({ ...tenant, changedAfter, bySubscription: isRefused });
  const until = isRefused ? before.bySubscriptionUntil : reading.bySubscription ? toIso(now + refusedMs) : undefined;
  return { reading, manner: until === undefined ? {} : { bySubscriptionUntil: until } };
}
