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

/** What the desk thinks of a request, and why. Null where nothing can be said. */
export const triageSchema = z
  .object({
    category: categorySchema.nullable(),
    service: z.string().nullable(),
    boundary: z.enum(boundaries).nullable(),
    sources: z.object({ category: sourceSchema, service: sourceSchema, boundary: sourceSchema }),
    reasons: z.array(z.string()),
    /** Most likely first; empty when none is. */
    likelyIncidents: z.array(likelyIncidentSchema),
    expectedFirstResponseAt: z.string().nullable(),
    adminLinks: z.array(adminLinkSchema),
  })
  .meta({ id: 'Triage' });
export type Triage = z.output<typeof triageSchema>;
