import * as z from 'zod';

/** What an event of Partner Center gives reason to read again. */
type Told = 'customer' | 'delegation' | 'nothing';

/**
 * The events that Partner Center has, and what the desk makes of each. Microsoft docs: "Partner Center webhook events"; names
 * beyond these are taken and do nothing.
 */
const told: Readonly<Record<string, Told>> = {
  'test-created': 'nothing',
  'subscription-updated': 'customer',
  'reseller-relationship-accepted-by-customer': 'customer',
  'indirect-reseller-relationship-accepted-by-customer': 'customer',
  'new-commerce-migration-completed': 'customer',
  'granular-admin-relationship-approved': 'delegation',
  'granular-admin-relationship-activated': 'delegation',
  'granular-admin-relationship-terminated': 'delegation',
  'granular-admin-relationship-expired': 'delegation',
  'granular-admin-access-assignment-created': 'delegation',
  'granular-admin-access-assignment-activated': 'delegation',
  'granular-admin-access-assignment-updated': 'delegation',
  'granular-admin-access-assignment-deleted': 'delegation',
  'azure-fraud-event-detected': 'nothing',
  'dap-admin-relationship-approved': 'nothing',
  'dap-admin-relationship-terminated': 'nothing',
  'dap-admin-relationship-terminated-by-microsoft': 'nothing',
  'invoice-ready': 'nothing',
  'new-commerce-migration-created': 'nothing',
  'new-commerce-migration-failed': 'nothing',
  'new-commerce-migration-schedule-failed': 'nothing',
  'referral-created': 'nothing',
  'referral-updated': 'nothing',
  'related-referral-created': 'nothing',
  'related-referral-updated': 'nothing',
  'usagerecords-thresholdexceeded': 'nothing',
};

/** Event that a validation sends. */
const testEvent = 'test-created';

const toldBy = (eventName: string): Told | undefined =>
  Object.hasOwn(told, eventName.toLowerCase()) ? told[eventName.toLowerCase()] : undefined;

export const isKnownEvent = (eventName: string): boolean => toldBy(eventName) !== undefined;

/** Whether the desk has Partner Center send it. */
export const isWantedEvent = (eventName: string): boolean =>
  eventName === testEvent || ['customer', 'delegation'].includes(toldBy(eventName) ?? 'nothing');

const uri = z.string().max(2_000).nullish();

/** Names are in PascalCase on one page and in camelCase on another: the first letter does not count. */
export const inCamelCase = (value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value).map(([name, member]) => [
          name.charAt(0).toLowerCase() + name.slice(1),
          member as unknown,
        ]),
      );

export const hookEventSchema = z.preprocess(
  inCamelCase,
  z.looseObject({
    eventName: z.string().regex(/^[A-Za-z0-9-]{1,100}$/),
    resourceUri: uri,
    auditUri: uri,
    auditUrl: uri,
  }),
);
export type HookEvent = z.output<typeof hookEventSchema>;

/** `relationshipId` is absent where the event names none; `partnerTenantId` where it does not say whose it is. */
export type Hinted =
  | { kind: 'customer'; tenantId: string }
  | { kind: 'delegation'; relationshipId?: string | undefined; partnerTenantId?: string | undefined }
  | { kind: 'nothing' };

const guid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const inCustomers = new RegExp(`/customers/(${guid})(?:[/?]|$)`, 'i');
const inRecord = new RegExp(`/auditrecords/(${guid})_(${guid})_`, 'i');
const inRelationships = new RegExp(`/granularAdminRelationships/(${guid}-${guid})(?:[/?]|$)`, 'i');

/**
 * What to read again. Of the event, ids alone are used, to know where to look: nothing that it says is believed, and whatever
 * host its addresses name is never called.
 */
export function hintedBy({ eventName, resourceUri, auditUri, auditUrl }: HookEvent): Hinted {
  const resource = resourceUri ?? '';
  const [, partnerTenantId, audited] = found(inRecord, auditUri ?? auditUrl ?? '');
  const what = toldBy(eventName);
  if (what === 'customer') {
    const tenantId = found(inCustomers, resource)[1] ?? audited;
    return tenantId === undefined ? { kind: 'nothing' } : { kind: 'customer', tenantId };
  }
  if (what !== 'delegation') return { kind: 'nothing' };
  return { kind: 'delegation', relationshipId: found(inRelationships, resource)[1], partnerTenantId };
}

const found = (pattern: RegExp, text: string): (string | undefined)[] =>
  pattern.exec(text)?.map((part) => part.toLowerCase()) ?? [];
