import * as z from 'zod';
import { signs } from './boundary-signs.ts';
import { categories } from './request.ts';
import { boundaries } from './triage-answer.ts';

const ruleSchema = z.object({
  id: z.string(),
  /** Ids of services, groups of them, or `*`: any, and none. */
  services: z.array(z.string()).readonly(),
  category: z.enum([...categories, '*']),
  kind: z.string().optional(),
  sign: z.enum(signs).optional(),
  words: z.array(z.string()).readonly().optional(),
  boundary: z.enum(boundaries).nullable(),
  source: z.string(),
  because: z.string(),
  origin: z.enum(['own', 'built-in']),
});

/** The rules in force, in order: the first that fits decides. */
export const rulesAnswerSchema = z
  .object({
    /** Of the partner's own; 0 where there are none yet. */
    version: z.number().int(),
    /** Of the desk's rules as this release has them. */
    builtInVersion: z.number().int(),
    /** When and by whom the partner's own were put in force, and which of the desk's they were put before. */
    overridden: z
      .object({
        at: z.iso.datetime(),
        by: z.object({ kind: z.string(), id: z.string() }),
        builtInVersion: z.number().int(),
      })
      .optional(),
    rules: z.array(ruleSchema),
  })
  .meta({ id: 'BoundaryRules' });
export type RulesAnswer = z.output<typeof rulesAnswerSchema>;

export const rulesQuerySchema = z.strictObject({
  version: z
    .string()
    .regex(/^\d{1,6}$/)
    .optional()
    .describe("The partner's own rules as they were; the version that a triage names."),
});
