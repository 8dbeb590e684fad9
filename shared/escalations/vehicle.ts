import * as z from 'zod';
import { dayMs, fromIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { products } from './product.ts';

/** The contract under which Microsoft is asked. Signature Cloud Support has been named Partner Cloud Support since June 2025. */
export const vehicles = ['commercial', 'premier', 'advanced', 'signature', 'customer-own'] as const;
export type Vehicle = (typeof vehicles)[number];

/** The way in which a case reaches Microsoft. */
export const channels = ['azure-support', 'assisted'] as const;
export type Channel = (typeof channels)[number];

/** Technical vehicles of the partner in the order in which they are tried. */
export const technicalVehicles: readonly Vehicle[] = ['premier', 'advanced', 'signature'];

const instant = z.iso.datetime();
const secretSchema = z.strictObject({ secretName: z.string(), expiresAt: instant.optional() });

/** Hours until Microsoft's first response, by severity. */
export const responseHoursSchema = z.strictObject({
  critical: z.number().positive(),
  moderate: z.number().positive(),
  minimal: z.number().positive(),
});

/** Whom to ring where Microsoft is late. */
export const dutyContactSchema = z.strictObject({
  name: z.string().min(1).max(limits.nameCharacters).optional(),
  phone: z.string().min(3).max(50),
  hours: z.string().min(1).max(limits.nameCharacters).optional(),
});

/** A customer with a contract of its own (Unified, Premier); what is absent is as the row's. */
export const ownContractSchema = z.strictObject({
  customerId: z.string().min(1).max(64),
  expiresAt: instant.optional(),
  products: z.array(z.enum(products)).max(products.length).optional(),
});

/**
 * A contract of a partner connection. What is absent is not limited: no end, every product, any number of incidents. `version`,
 * `at` and `by` are there where a person entered it.
 */
export const contractSchema = z.strictObject({
  vehicle: z.enum(vehicles),
  expiresAt: instant.optional(),
  products: z.array(z.enum(products)).optional(),
  /** As somebody read them at Microsoft's, and when. */
  incidentsLeft: z.int().min(0).optional(),
  incidentsAsOf: instant.optional(),
  responseHours: responseHoursSchema.optional(),
  /** Where the hours stand, and the date of that text. */
  source: z.string().optional(),
  asOf: z.string().optional(),
  /** By these Microsoft's forms know the contract: names in the vault, and until when they are good. */
  accessId: secretSchema.optional(),
  contractId: secretSchema.optional(),
  /** How to reach Microsoft by telephone under this contract. */
  phoneRoute: z.string().optional(),
  dutyContact: dutyContactSchema.optional(),
  /** Of `customer-own`: whose it is. */
  customers: z.array(ownContractSchema).optional(),
  version: z.int().optional(),
  at: instant.optional(),
  by: z.string().optional(),
});
export type Contract = z.output<typeof contractSchema>;

/** What is known of a channel for one subscription, whose plan Microsoft checks: set by real answers, never guessed. */
export const capabilitySchema = z.strictObject({
  channel: z.enum(channels),
  state: z.enum(['proven', 'refused', 'unproven']),
  at: instant,
  reason: z.string().optional(),
});
export type Capability = z.output<typeof capabilitySchema>;

/** Plans change, and a gateway errs: a refusal is believed for a day, then a case tries again. */
const refusalMs = dayMs;

export const isRefused = (capability: Capability | undefined, nowMs: number): boolean =>
  capability?.state === 'refused' && nowMs - fromIso(capability.at) < refusalMs;
