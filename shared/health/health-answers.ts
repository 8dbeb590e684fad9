import * as z from 'zod';
import { findingCodeSchema, troubleViewSchema } from '../customers/coverage.ts';
import type { IncidentSummary } from './incident-lists.ts';
import { classifications, healthLevels } from './severity.ts';

const levelSchema = z.enum(healthLevels);
const time = z.iso.datetime();

/** When a feed was read well for the last time (null: never), when it is read next, and why it was not. */
const feedFields = {
  lastGoodAt: time.nullable(),
  nextDueAt: time.nullable(),
  trouble: troubleViewSchema.optional(),
};
const coverageViewSchema = z.object(feedFields);

export const customerHealthSchema = z
  .object({
    customerId: z.string(),
    /** When Microsoft was read well for the last time; null when it never was. */
    asOf: time.nullable(),
    /** Of service health, and then of each feed. */
    coverage: z.object({
      ...feedFields,
      /** The partner does not want this customer polled: nothing current is known of it. */
      excluded: z.literal(true).optional(),
      feeds: z.array(z.object({ feed: z.enum(['microsoft365', 'azure', 'message-center']), ...feedFields })),
    }),
    services: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        status: z.enum([...healthLevels, 'not-offered']),
        incidentIds: z.array(z.string()),
        /** Of a service with a feed of its own (`azure`), its age and trouble; of any other they are the customer's. */
        asOf: time.nullable().optional(),
        coverage: coverageViewSchema.optional(),
      }),
    ),
  })
  .meta({ id: 'CustomerHealth' });
export type CustomerHealth = z.output<typeof customerHealthSchema>;

export const fleetSchema = z
  .object({
    /** The oldest of the cycles that the counts come from; null before the first. */
    asOf: time.nullable(),
    services: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        counts: z.record(levelSchema, z.number()),
        /** Of `azure`, which has a feed of its own: the oldest of its cycles. */
        asOf: time.nullable().optional(),
      }),
    ),
    /** Customers of whom nothing current is known. */
    notCovered: z.number(),
    /** What explains why many customers are not read, once and not for each of them; `share` of the customers counted here. */
    findings: z.array(
      z.object({
        code: findingCodeSchema,
        since: time,
        connectionId: z.string().optional(),
        share: z.number(),
        remedy: z.string(),
      }),
    ),
  })
  .meta({ id: 'FleetHealth' });
export type Fleet = z.output<typeof fleetSchema>;

const incidentSummaryViewSchema = z
  .object({
    id: z.string(),
    source: z.enum(['microsoft365', 'azure', 'message-center']),
    service: z.string(),
    serviceName: z.string(),
    feature: z.string(),
    title: z.string(),
    impact: z.string(),
    classification: z.enum(classifications),
    status: z.string(),
    state: z.enum(['open', 'resolved']),
    startedAt: time,
    /** Of an open planned change: when it will end. */
    endedAt: time.optional(),
    updatedAt: time,
    /** The update that the posts are of: older than `updatedAt` where the newest could not be read yet. */
    postsAsOf: time.optional(),
    nextUpdateBy: time.optional(),
    /** Microsoft has published a post-incident report. */
    hasReport: z.boolean().optional(),
    /** Of planned changes: Microsoft calls it a major one, and until when somebody must act. */
    isMajorChange: z.boolean().optional(),
    actionRequiredBy: time.optional(),
  })
  .meta({ id: 'IncidentSummary' });
type IncidentSummaryView = z.output<typeof incidentSummaryViewSchema>;

export const incidentViewSchema = z
  .object({
    ...incidentSummaryViewSchema.shape,
    posts: z.array(z.object({ at: time, kind: z.string(), text: z.string() })),
    affected: z.array(z.object({ customerId: z.string(), firstSeenAt: time })),
  })
  .meta({ id: 'Incident' });
export type IncidentView = z.output<typeof incidentViewSchema>;

export const incidentPageSchema = z
  .object({ items: z.array(incidentSummaryViewSchema), nextCursor: z.string().optional() })
  .meta({ id: 'IncidentPage' });
export type IncidentPage = z.output<typeof incidentPageSchema>;

export function summaryView(incident: IncidentSummary): IncidentSummaryView {
  const { revision, detailsRevision, ...shown } = incident;
  return { ...shown, updatedAt: revision, ...(detailsRevision !== undefined && { postsAsOf: detailsRevision }) };
}
