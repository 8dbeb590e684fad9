import pLimit from 'p-limit';
import { dayMs, fromIso, type Clock } from '../core/clock.ts';
import { shardOf } from '../core/hash.ts';
import { limits } from '../core/limits.ts';
import type { PartnerConnection } from './cloud.ts';
import type { Customer } from './customer.ts';
import {
  isOwnTrouble,
  SourceFailure,
  type AzureSubscriptions,
  type CustomerRead,
  type CustomersSource,
  type FailureReason,
  type ReadIsGcc,
  type Reseller,
  type SubscriptionsRead,
} from './customers-source.ts';
import { isAzurePlan, servicesOfSubscriptions } from './product-services.ts';
import { resellerOf } from './resellers.ts';

export const weekMs = 7 * dayMs;
const slotsPerWeek = 32 * 32;

/**
 * Details of a known customer are read again once a week, each at its own time of the week, so that their cost is the same every
 * day also where all customers joined at once.
 */
export function detailsAreDue({ customerId, detailsAt }: Customer, now: number): boolean {
  // The first letter of every customer id is the same; the two after it are chance.
  const slot = shardOf(customerId.slice(1)) * 32 + shardOf(customerId.slice(2));
  const offset = (slot * weekMs) / slotsPerWeek;
  return Math.floor((now - offset) / weekMs) > Math.floor((fromIso(detailsAt) - offset) / weekMs);
}

/**
 * What costs calls of its own per customer. Undefined members could not be seen: what was known before stays. `services` is null
 * where they were seen and nobody can say what they give.
 */
export type CustomerDetails = {
  domains: string[] | undefined;
  azureSubscriptionIds: string[] | undefined;
  services: string[] | null | undefined;
  reseller: Reseller | undefined;
  isGcc: boolean | undefined;
  trouble: FailureReason | undefined;
  /** Nothing was seen, for a reason that may pass: it is read again with the next list. */
  isAgain?: boolean;
};

export type DetailsDeps = {
  source: CustomersSource;
  azure: AzureSubscriptions;
  isGcc: ReadIsGcc;
  clock: Pick<Clock, 'now'>;
};

/** Whose details. `read`: what Partner Center said of the customer itself just now. */
export type Wanted = { tenantId: string; read?: CustomerRead | undefined };

/** `untilMs`: nobody is begun with after this time (ms since the epoch). */
type Asked = { connection: PartnerConnection; resellers: readonly Reseller[]; untilMs: number };

type DetailsRead = {
  byTenant: Map<string, CustomerDetails>;
  /** To Partner Center. */
  calls: number;
  /** Tenants for whom there was no time. */
  left: string[];
  /** A trouble that is more than some customers' own; reading stopped there. */
  failure?: SourceFailure;
};

/** One or two of many that fail are those customers' trouble: limits are counted per customer too. */
const failuresOfOne = 2;

export async function readDetails(deps: DetailsDeps, asked: Asked, wanted: readonly Wanted[]): Promise<DetailsRead> {
  const byTenant = new Map<string, CustomerDetails>();
  const failures = new Map<string, SourceFailure>();
  const left: string[] = [];
  let calls = 0;
  const limit = pLimit(limits.directoryConcurrency);
  const one = async (want: Wanted): Promise<void> => {
    if (failures.size > failuresOfOne) return;
    if (deps.clock.now() >= asked.untilMs) {
      left.push(want.tenantId);
      return;
    }
    calls += want.read ? 1 : 2;
    try {
      byTenant.set(want.tenantId, await detailsOf(deps, asked, want));
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      failures.set(want.tenantId, error);
    }
  };
  await Promise.all(wanted.map((want) => limit(async () => one(want))));
  const [failure] = failures.values();
  if (failure && (failures.size > failuresOfOne || failures.size >= byTenant.size))
    return { byTenant, calls, left, failure };
  for (const [tenantId, { reason }] of failures) byTenant.set(tenantId, unseen(reason));
  return { byTenant, calls, left };
}

const unseen = (trouble: FailureReason): CustomerDetails => ({
  domains: undefined,
  azureSubscriptionIds: undefined,
  services: undefined,
  reseller: undefined,
  isGcc: undefined,
  trouble,
  isAgain: true,
});

async function detailsOf(
  deps: DetailsDeps,
  { connection, resellers }: Omit<Asked, 'untilMs'>,
  want: Wanted,
): Promise<CustomerDetails> {
  const { tenantId } = want;
  const customer = want.read
    ? { value: want.read }
    : await unlessOwnTrouble(async () => deps.source.customer(connection.id, tenantId));
  const sold = await unlessOwnTrouble(async () => deps.source.subscriptions(connection.id, tenantId));
  const subscriptions = sold.value?.subscriptions ?? [];
  return {
    domains: customer.value?.domains,
    ...(await soldOf(deps, { connectionId: connection.id, tenantId, sold: sold.value })),
    reseller: resellerOf({ connection, resellers }, customer.value?.resellerId, subscriptions),
    isGcc: await deps.isGcc(tenantId),
    trouble: customer.trouble ?? sold.trouble ?? (sold.value?.isWhole === false ? 'unreadable' : undefined),
  };
}

type Sold = { connectionId: string; tenantId: string; sold: SubscriptionsRead | undefined };

/** Of an answer that is not whole only what it has can be believed, not what it lacks. */
async function soldOf(
  deps: DetailsDeps,
  { connectionId, tenantId, sold }: Sold,
): Promise<Pick<CustomerDetails, 'services' | 'azureSubscriptionIds'>> {
  if (!sold) return { services: undefined, azureSubscriptionIds: undefined };
  const services = sold.isWhole ? (servicesOfSubscriptions(sold.subscriptions) ?? null) : null;
  if (sold.subscriptions.some(isAzurePlan)) {
    return { services, azureSubscriptionIds: await azureOf(deps, connectionId, tenantId) };
  }
  return { services, azureSubscriptionIds: sold.isWhole ? [] : undefined };
}

/** Azure is another API: what it will not say now holds nothing up. */
async function azureOf({ azure }: DetailsDeps, connectionId: string, tenantId: string): Promise<string[] | undefined> {
  return (await unlessOwnTrouble(async () => azure(connectionId, tenantId))).value;
}

type Own<T> = { value?: T | undefined; trouble?: 'refused' | 'unreadable' | undefined };

async function unlessOwnTrouble<T>(read: () => Promise<T>): Promise<Own<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!(error instanceof SourceFailure) || !isOwnTrouble(error)) throw error;
    return { trouble: error.reason === 'refused' ? 'refused' : 'unreadable' };
  }
}
