import * as z from 'zod';
import { deeperThan } from '../core/json-depth.ts';
import { limits } from '../core/limits.ts';
import { customerNameSchema } from '../customers/resolve-customer.ts';
import { severities } from '../statement/statement.ts';
import { attachmentsSchema } from './attachment.ts';
import { unfaithfulIn } from './faithful-json.ts';
import { listOf, textOf } from './text.ts';

export { textOf } from './text.ts';

export const categories = ['billing', 'subscription', 'technical', 'advisory'] as const;
export type Category = (typeof categories)[number];

export const requestStates = [
  'new',
  'acknowledged',
  'in-progress',
  'waiting-customer',
  'waiting-microsoft',
  'resolved',
  'closed',
] as const;
export type RequestState = (typeof requestStates)[number];

export const severitySchema = z.enum(severities);
export const categorySchema = z.enum(categories);
export const stateSchema = z.enum(requestStates);

export const requestIdSchema = z.string().regex(/^[a-z2-7]{26,52}$/);
export const serviceSchema = z
  .string()
  .regex(/^[\w .()/&+-]{1,100}$/, 'must be a service id such as Exchange, or azure');

const refId = textOf(limits.referenceCharacters);
const refSystem = z.string().regex(/^[\w.-]{1,50}$/);

export const externalRefSchema = z.strictObject({
  system: refSystem,
  id: refId,
  url: z.httpUrl().max(limits.urlCharacters).optional(),
});

export const externalRefsSchema = listOf(externalRefSchema, limits.externalRefs);

export const contactSchema = z.strictObject({
  name: textOf(limits.nameCharacters),
  email: z.email().max(limits.emailCharacters),
  phone: textOf(50).optional(),
});

const evidenceMembers = z
  .record(z.string(), z.unknown())
  .refine((evidence) => !deeperThan(evidence, limits.evidenceDepth), {
    error: `must not be nested deeper than ${String(limits.evidenceDepth)} levels`,
    abort: true,
  })
  .refine(
    (evidence) => JSON.stringify(evidence).length <= limits.evidenceCharacters,
    `must not be longer than ${String(limits.evidenceCharacters)} characters as JSON`,
  );

/** Looked at as it came: a record of zod's has lost `__proto__` already. */
const evidenceSchema = z.preprocess((evidence, context) => {
  const [first] = unfaithfulIn(evidence, limits.evidenceDepth);
  if (first) context.addIssue({ code: 'custom', input: evidence, ...first });
  return evidence;
}, evidenceMembers);

/** A support request as a portal sends it. */
export const sentRequestSchema = z
  .strictObject({
    customer: customerNameSchema,
    title: textOf(limits.titleCharacters),
    description: textOf(limits.descriptionCharacters),
    /** Microsoft's A, B and C. */
    severity: severitySchema,
    contact: contactSchema,
    category: categorySchema.optional(),
    service: serviceSchema.optional(),
    businessImpact: textOf(limits.businessImpactCharacters).optional(),
    startedAt: z.iso.datetime({ offset: true }).optional(),
    language: z
      .string()
      .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}$/)
      .optional(),
    evidence: evidenceSchema.optional(),
    externalRefs: externalRefsSchema.optional(),
    attachments: attachmentsSchema.optional(),
  })
  .meta({ id: 'SentRequest' });

export type SentRequest = z.output<typeof sentRequestSchema>;
