import type { TenantReading } from './service-health.ts';

export type AzureTenant = {
  connectionId: string;
  tenantId: string;
  subscriptionIds: readonly string[];
  way: 'app' | 'gdap';
  /** Events that are over only where they changed after this time (ms since the epoch). */
  changedAfter: number;
  /** Resource Graph was refused lately: each subscription is asked. */
  bySubscription: boolean;
};

export type AzureReading = TenantReading & { bySubscription: boolean };

/** Reads the service health of a tenant's subscriptions. Throws `ReadFailure`: one tenant's trouble is not its neighbours'. */
export type AzureHealthSource = (tenant: AzureTenant) => Promise<AzureReading>;
