import * as z from 'zod';
import { parties } from './escalation.ts';
import { channels, vehicles } from './vehicle.ts';

/** What a partner supports at a customer: Microsoft 365, Dynamics 365 with Power Platform, Azure. Order is that of the answer. */
export const supportedProducts = ['microsoft365', 'dynamics365', 'azure'] as const;
export type SupportedProduct = (typeof supportedProducts)[number];

const link = z.string().optional().describe('Where it is mended; relative ones are routes of the desk.');

export const canReadSchema = z
  .object({
    ok: z.boolean(),
    way: z.enum(['app', 'gdap', 'none']),
    asOf: z.iso.datetime().optional().describe('The last good read.'),
    until: z.iso.datetime().optional().describe('When this way ends.'),
    trouble: z.object({ code: z.string(), since: z.iso.datetime().optional(), remedy: z.string(), link }).optional(),
  })
  .meta({ id: 'CanRead' });
export type CanRead = z.output<typeof canReadSchema>;

const reasonSchema = z.object({ code: z.string(), text: z.string(), remedy: z.string().optional(), link });
export type FilingReason = z.output<typeof reasonSchema>;

export const canFileSchema = z
  .object({
    ok: z.boolean(),
    channel: z.enum(channels),
    vehicle: z.enum(vehicles).optional(),
    party: z.enum(['partner', ...parties]).describe('Who must file.'),
    relationship: z.string().optional().describe('Id of the delegated admin relationship.'),
    role: z.string().describe('The least right that a person needs.'),
    until: z.iso.datetime().optional().describe('When the relationship or the contract ends, whichever is first.'),
    reasons: z.array(reasonSchema),
  })
  .meta({ id: 'CanFile' });
export type CanFile = z.output<typeof canFileSchema>;

export const supportReadinessSchema = z
  .object({
    customerId: z.string(),
    name: z.string(),
    product: z.enum(supportedProducts),
    canRead: canReadSchema,
    canFile: canFileSchema,
  })
  .meta({ id: 'SupportReadiness' });
export type SupportReadiness = z.output<typeof supportReadinessSchema>;

export const supportReadinessPageSchema = z
  .object({ items: z.array(supportReadinessSchema), nextCursor: z.string().optional() })
  .meta({ id: 'SupportReadinessPage' });
export type SupportReadinessPage = z.output<typeof supportReadinessPageSchema>;
