import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { azureKinds } from './azure-kinds.ts';
import { boundaryRules } from './boundary-rules.ts';
import { signs } from './boundary-signs.ts';
import { categories, serviceSchema, textOf } from './request.ts';
import { serviceGroups } from './service-groups.ts';
import { isKnownService, serviceIdOf } from './service-words.ts';
import { boundaries } from './triage-answer.ts';

const isNamed = (service: string): boolean =>
  service === '*' || serviceGroups.includes(service) || isKnownService(service);

/** An id or a name of a service, a group of them, or `*`; kept as the id. */
const services = z
  .array(
    z
      .union([z.literal('*'), serviceSchema])
      .transform((text) => (isNamed(text) ? text : serviceIdOf(text)))
      .refine(isNamed, `must be a service id such as Exchange, a group (${serviceGroups.join(', ')}), or *`),
  )
  .min(1)
  .max(20);

const word = z
  .string()
  .max(60)
  .regex(/^[^,]*[\p{L}\p{N}][^,]*$/u, 'must be a word or words without a comma; a star at the end is any ending');

/** A rule of the partner's own. All that it names must hold; what it leaves out may be anything. */
export const ownRuleSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/, 'must be lower case letters, digits and dashes'),
    services,
    category: z.enum([...categories, '*']),
    kind: z.enum(azureKinds.map(({ id }) => id)).optional(),
    sign: z.enum(signs).optional(),
    words: z.array(word).min(1).max(20).optional(),
    /** Null: nobody can say. */
    boundary: z.enum(boundaries, { error: `must be ${boundaries.join(', ')}, or null` }).nullable(),
    because: textOf(300),
  })
  .refine(({ kind, services: named }) => kind === undefined || named.every((one) => one === 'azure'), {
    path: ['kind'],
    error: 'is of Azure: services must be azure',
  })
  .meta({ id: 'OwnBoundaryRule' });
export type OwnRule = z.output<typeof ownRuleSchema>;

const builtInIds = new Set(boundaryRules.map(({ id }) => id));

export const sentRulesSchema = z
  .strictObject({
    rules: z
      .array(ownRuleSchema)
      .max(limits.boundaryRules)
      .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, 'each id must be there once')
      .refine((rules) => rules.every(({ id }) => !builtInIds.has(id)), "no id may be that of one of the desk's rules")
      .refine(
        (rules) => JSON.stringify(rules).length <= limits.boundaryRulesCharacters,
        `must not be longer than ${String(limits.boundaryRulesCharacters)} characters as JSON`,
      ),
  })
  .meta({ id: 'SentBoundaryRules' });
