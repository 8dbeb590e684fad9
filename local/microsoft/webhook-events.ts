import { relationshipId } from './graph-relationships.ts';
import { customers, guidOf, partner } from './seed-world.ts';
import type { Change } from './state.ts';

export type WebhookEvent = {
  EventName: string;
  ResourceUri: string;
  ResourceName: string;
  AuditUri: string | null;
  ResourceChangeUtcDate: string;
};

/** Microsoft docs: "Partner Center webhooks", as `GET /registration/events` names them. */
export const eventNames: readonly string[] = [
  'azure-fraud-event-detected',
  'dap-admin-relationship-approved',
  'dap-admin-relationship-terminated',
  'dap-admin-relationship-terminated-by-microsoft',
  'granular-admin-access-assignment-activated',
  'granular-admin-access-assignment-created',
  'granular-admin-access-assignment-deleted',
  'granular-admin-access-assignment-updated',
  'granular-admin-relationship-activated',
  'granular-admin-relationship-approved',
  'granular-admin-relationship-expired',
  'granular-admin-relationship-terminated',
  'indirect-reseller-relationship-accepted-by-customer',
  'invoice-ready',
  'new-commerce-migration-completed',
  'new-commerce-migration-created',
  'new-commerce-migration-failed',
  'new-commerce-migration-schedule-failed',
  'referral-created',
  'referral-updated',
  'related-referral-created',
  'related-referral-updated',
  'reseller-relationship-accepted-by-customer',
  'subscription-updated',
  'test-created',
  'usagerecords-thresholdExceeded',
];

/** Seven digits of a second, as Microsoft writes them. */
const changedAt = (ms: number): string => new Date(ms).toISOString().replace('Z', '0000+00:00');

export const testCreated = (correlationId: string, at: number): WebhookEvent => ({
  EventName: 'test-created',
  ResourceUri: `http://api.partnercenter.microsoft.com/webhooks/v1/registration/validationEvents/${correlationId}`,
  ResourceName: 'test',
  AuditUri: null,
  ResourceChangeUtcDate: changedAt(at),
});

/** What Partner Center tells of a change; undefined where it tells nothing. */
export function eventOf(change: Change): WebhookEvent | undefined {
  const { at } = change;
  if (change.type === 'subscription-set') {
    const subscription = guidOf(`subscription:${change.tenantId}:${change.offerName}`);
    return {
      EventName: 'subscription-updated',
      ResourceUri: `http://api.partnercenter.microsoft.com/webhooks/v1/customers/${change.tenantId}/subscriptions/${subscription}`,
      ResourceName: 'subscription',
      AuditUri: `https://api.partnercenter.microsoft.com/v1/auditrecords/${guidOf(`audit:${subscription}:${String(at)}`)}`,
      ResourceChangeUtcDate: changedAt(at),
    };
  }
  return change.type === 'gdap-set' ? relationshipEvent(change) : undefined;
}

function relationshipEvent({ at, tenantId, endsAt }: Extract<Change, { type: 'gdap-set' }>): WebhookEvent | undefined {
  const customer = customers.find((one) => one.tenantId === tenantId);
  if (!customer) return undefined;
  const relationship = `https://partner.microsoft.com/granularAdminRelationships/${relationshipId(customer.slug)}`;
  const common = { AuditUri: null, ResourceChangeUtcDate: changedAt(at) };
  if (endsAt === undefined) {
    return {
      EventName: 'granular-admin-access-assignment-updated',
      ResourceUri: `${relationship}/accessAssignments/${guidOf(`assignment:${customer.slug}`)}`,
      ResourceName: 'GranularAdminAccessAssignment',
      ...common,
    };
  }
  const what = endsAt <= at ? 'terminated' : 'activated';
  const record = `${partner.tenantId}_${tenantId}_granularadminrelationship${what}_${String(at)}`;
  return {
    EventName: `granular-admin-relationship-${what}`,
    ResourceUri: relationship,
    ResourceName: 'GranularAdminRelationship',
    ...common,
    AuditUri: `https://api.partnercenter.microsoft.com/auditactivity/v1/auditrecords/${record}`,
  };
}
