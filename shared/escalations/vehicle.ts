import * as z from 'zod';
import { dayMs, fromIso, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { products } from './product.ts';

/** The contract under which Microsoft is asked. Signature Cloud Support has been named Partner Cloud Support since June 2025. */
export const vehicles = ['commercial', 'premier', 'advanced', 'signature', 'customer-own'] as const;
export type Vehicle = (typeof vehicles)[number];

/** The way in which a case reaches Microsoft. */
export const channels = ['azure-support', 'assisted'] as const;
export type Channel = (typeof channels)[number];

/** Technical vehicles in the order in which they are tried. */
export const technicalVehicles: readonly Vehicle[] = ['premier', 'advanced', 'signature'];

/** Whom to ring where Microsoft is late. */
export const dutyContactSchema = z.strictObject({
  name: z.string().min(1).max(limits.nameCharacters).optional(),
  phone: z.string().min(3).max(50),
  hours: z.string().min(1).max(limits.nameCharacters).optional(),
});

/** A contract of a partner connection. What is absent is not limited: no end, every product, any number of incidents. */
export const contractSchema = z.strictObject({
  vehicle: z.enum(vehicles),
  expiresAt: z.iso.datetime().optional(),
  products: z.array(z.enum(products)).optional(),
  incidentsLeft: z.int().min(0).optional(),
  /** Hours until Microsoft's first response, by severity, and where that promise stands. */
  responseHours: z.strictObject({ critical: z.number(), moderate: z.number(), minimal: z.number() }).optional(),
  source: z.string().optional(),
  /** How to reach Microsoft by telephone under this contract. */
  phoneRoute: z.string().optional(),
  dutyContact: dutyContactSchema.optional(),
});
export type Contract = z.output<typeof contractSchema>;

/** What is known of a channel for one subscription, whose plan Microsoft checks: set by real answers, never guessed. */
export const capabilitySchema = z.strictObject({
  channel: z.enum(channels),
  state: z.enum(['proven', 'refused', 'unproven']),
  at: z.iso.datetime(),
  reason: z.string().optional(),
});
export type Capability = z.output<typeof capabilitySchema>;

/** Plans change, and a gateway errs: a refusal is believed for a day, then a case tries again. */
const refusalMs = dayMs;

export const isRefused = (capability: Capability | undefined, nowMs: number): boolean =>
  capability?.state === 'refused' && nowMs - fromIso(capability.at) < refusalMs;

const firstResponse = {
  responseHours: { critical: 2, moderate: 4, minimal: 8 },
  source: 'Microsoft docs: report problems on behalf of a customer, technical break-fix in English (October 2023)',
};

/** Contracts to begin with, as a partner with Advanced Support and the programme benefit would have them. */
export const defaultVehicles = (nowMs: number): Contract[] => [
  { vehicle: 'commercial', source: 'Every CSP partner has it, for billing and subscription management' },
  { vehicle: 'advanced', expiresAt: toIso(nowMs + 365 * dayMs), ...firstResponse },
  { vehicle: 'signature', ...firstResponse },
];
