import * as z from 'zod';
import type { FilingJob, RefusalCode } from './filing-channel.ts';

/** Where the desk would file, and as whom. */
export type RightsPlace = Pick<
  FilingJob,
  'connectionId' | 'customerTenantId' | 'partnerTenantId' | 'tokenWay' | 'subscriptionId'
>;

/** Why Microsoft would refuse a case before it looks at it. */
export const lackingRights = [
  'rights-missing',
  'not-consented',
  'credential-refused',
  'subscription-unknown',
] as const satisfies RefusalCode[];
export type LackingRights = (typeof lackingRights)[number];

/**
 * Asks Microsoft whether the desk may file in a subscription, by a call that makes nothing. `passing`: it could not be asked.
 * Nothing here throws for what the other side does.
 */
export type RightsProbe = (
  place: RightsPlace,
) => Promise<
  | { kind: 'granted' }
  | { kind: 'refused'; code: LackingRights; upstream?: string }
  | { kind: 'passing'; reason: string }
>;

/** What Microsoft said last, and when. */
export const rightsSchema = z.strictObject({
  state: z.enum(['granted', 'refused']),
  at: z.iso.datetime(),
  code: z.enum(lackingRights).optional(),
  upstream: z.string().optional(),
});
export type Rights = z.output<typeof rightsSchema>;

/** `unknown`: Microsoft could not be asked, and has said nothing within a day. */
export type KnownRights = Rights | { state: 'unknown'; reason: string };
