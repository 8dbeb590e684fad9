import * as z from 'zod';
import { adminLinkSchema } from '../customers/admin-links.ts';
import { categorySchema } from './request.ts';

export const boundaries = ['partner', 'microsoft', 'publisher', 'customer'] as const;
export type Boundary = (typeof boundaries)[number];

/** Who a value comes from: the sender of the request, a rule of the desk, or a person at the desk (whose word wins). */
const sourceSchema = z.enum(['sender', 'rule', 'person']);

export const likelyIncidentSchema = z
  .object({
    /** Microsoft's id. */
    id: z.string(),
    title: z.string(),
    /** 0–1. */
    confidence: z.number(),
    why: z.array(z.string()),
    nextUpdateBy: z.string().optional(),
  })
  .meta({ id: 'LikelyIncident' });
export type LikelyIncident = z.output<typeof likelyIncidentSchema>;

/** Which rules decided: the partner's own by the number of their version (0: none), the desk's by theirs. */
export const rulesVersionSchema = z.object({ own: z.number().int(), builtIn: z.number().int() });
export type RulesVersion = z.output<typeof rulesVersionSchema>;

/** What the desk thinks of a request, and why, as it is kept. Null where nothing can be said. */
export const triageSchema = z.object({
  category: categorySchema.nullable(),
  service: z.string().nullable(),
  /** The kind of Azure resource, such as `virtual-machines`, where it is known. */
  resourceKind: z.string().optional(),
  boundary: z.enum(boundaries).nullable(),
  sources: z.object({ category: sourceSchema, service: sourceSchema, boundary: sourceSchema }),
  reasons: z.array(z.string()),
  /** The rule that decided the boundary, and the version of the rules it was decided by. */
  boundaryRule: z.string().optional(),
  rulesVersion: rulesVersionSchema.optional(),
  /** Most likely first; empty when none is. */
  likelyIncidents: z.array(likelyIncidentSchema),
  expectedFirstResponseAt: z.string().nullable(),
  adminLinks: z.array(adminLinkSchema),
});
export type Triage = z.output<typeof triageSchema>;

/** A triage as it is answered: with what follows from it for whoever works on the request. */
export const triageAnswerSchema = triageSchema
  .extend({
    /** What to look at first, in order. */
    checks: z.array(z.object({ id: z.string(), text: z.string(), link: z.string().optional() })),
    /** What Microsoft will ask for; `given` where the request's `evidence` has that member. */
    evidence: z.array(z.object({ key: z.string(), text: z.string(), given: z.boolean() })),
  })
  .meta({ id: 'Triage' });
export type TriageAnswer = z.output<typeof triageAnswerSchema>;
