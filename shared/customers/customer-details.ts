import pLimit from 'p-limit';
import { dayMs, fromIso, type Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { Customer } from './customer.ts';
import { SourceFailure, type AzureSubscriptions, type CustomersSource } from './customers-source.ts';

/** Domains and subscriptions of a known customer are read again after this time. */
const detailsLastMs = 7 * dayMs;

/** What costs calls of its own per customer. Undefined members could not be seen: what was known before stays. */
export type CustomerDetails = { domains: string[] | undefined; azureSubscriptionIds: string[] | undefined };

export const detailsAreDue = (customer: Customer, now: number): boolean =>
  now - fromIso(customer.detailsAt) >= detailsLastMs;

export type DetailsDeps = { source: CustomersSource; azure: AzureSubscriptions; clock: Pick<Clock, 'now'> };

type DetailsRead = {
  byTenant: Map<string, CustomerDetails>;
  calls: number;
  /** The first trouble that is more than one customer's own; reading stopped there. */
  failure?: SourceFailure;
};

export async function readDetails(
  deps: DetailsDeps,
  connectionId: string,
  tenantIds: readonly string[],
): Promise<DetailsRead> {
  const read: DetailsRead = { byTenant: new Map(), calls: 0 };
  const limit = pLimit(limits.directoryConcurrency);
  const one = async (tenantId: string): Promise<void> => {
    if (read.failure) return;
    read.calls += 2;
    try {
      read.byTenant.set(tenantId, await detailsOf(deps, connectionId, tenantId));
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      read.failure ??= error;
    }
  };
  await Promise.all(tenantIds.map((tenantId) => limit(async () => one(tenantId))));
  return read;
}

async function detailsOf(deps: DetailsDeps, connectionId: string, tenantId: string): Promise<CustomerDetails> {
  const domains = await unlessOwnTrouble(async () => deps.source.domains(connectionId, tenantId));
  const hasAzure = await unlessOwnTrouble(async () => deps.source.hasAzurePlan(connectionId, tenantId));
  if (hasAzure === undefined) return { domains, azureSubscriptionIds: undefined };
  return { domains, azureSubscriptionIds: hasAzure ? await deps.azure(connectionId, tenantId) : [] };
}

/** What is refused or unreadable for one customer says nothing about the others. */
async function unlessOwnTrouble<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SourceFailure && (error.reason === 'refused' || error.reason === 'unreadable'))
      return undefined;
    throw error;
  }
}
