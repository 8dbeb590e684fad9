import * as z from 'zod';
import { encodeKey } from '../core/key.ts';
import { packText, unpackText } from '../platform/packed.ts';
import { rowKind } from '../platform/row.ts';
import type { Row, TableOp } from '../platform/table.ts';
import type { Post } from './service-health.ts';
import { classifications } from './severity.ts';

/** A Microsoft incident, advisory or planned change, stored once per cloud however many customers it concerns. Times are ISO texts. */
export const incidentSchema = z.object({
  /** Microsoft's id, opaque. */
  id: z.string(),
  source: z.enum(['microsoft365', 'azure', 'message-center']),
  /** Graph's service id, such as `Exchange`, or `azure`. */
  service: z.string(),
  serviceName: z.string(),
  feature: z.string(),
  title: z.string(),
  impact: z.string(),
  classification: z.enum(classifications),
  /** Microsoft's word, in camelCase. */
  status: z.string(),
  state: z.enum(['open', 'resolved']),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  /** Microsoft's last-modified time: the newest revision that any tenant has shown. */
  revision: z.string(),
  /** Of Azure: the last revision that was read, and not brought by an alert. */
  polledRevision: z.string().optional(),
  nextUpdateBy: z.string().optional(),
  /** Where lists keep it: its start as first seen, because Microsoft corrects start times. */
  listedAt: z.string(),
  /** Which posts are stored, so that a new one is known without reading their texts. */
  postKeys: z.array(z.string()),
  /** The revision that the stored posts are of; absent before they were read for the first time. */
  detailsRevision: z.string().optional(),
  /** The revision that the desk saw first: what Microsoft had posted by then is no news. */
  openedRevision: z.string().optional(),
  /** Microsoft has published a post-incident report (`issues/{id}/incidentReport`); it stays. */
  hasReport: z.boolean().optional(),
  /** Of planned changes: Microsoft calls it a major one, and until when somebody must act. */
  isMajorChange: z.boolean().optional(),
  actionRequiredBy: z.string().optional(),
});
export type Incident = z.output<typeof incidentSchema>;

export const incidentPartition = (id: string): string => `incident|${encodeKey(id)}`;

export const incidentKey = 'I';
const incidentRow = rowKind(incidentSchema);
export const incidentOf = (row: Row): Incident => incidentRow.fromRow(row);
export const incidentColumns = (incident: Incident) => incidentRow.toColumns(incident);

export const postsKey = 'P';
export const postsOp = (posts: readonly Post[]): TableOp => ({
  kind: 'upsert',
  rk: postsKey,
  columns: { v: 1, ...packText(JSON.stringify(posts)) },
});
const postsSchema = z.array(z.object({ at: z.string(), kind: z.string(), text: z.string() }));
export const postsOf = (row: Row): Post[] => postsSchema.parse(JSON.parse(unpackText(row.columns)));

/**
 * The affected customers of one shard and when each was first seen there. One row per incident and shard, not per customer: a
 * shard's customers are written together with the one event that tells of them.
 */
export const affectedRow = rowKind(z.object({ customers: z.record(z.string(), z.string()) }));
export const affectedPrefix = 'A|';
export const affectedKey = (healthShard: string): string => `${affectedPrefix}${healthShard}`;

export const eventKinds = [
  'opened',
  'status-changed',
  'posted',
  'customers-affected',
  'resolved',
  'reopened',
  'review-published',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** A transition. `customers`: whom it is about where it is not everyone affected so far. */
const eventSchema = z.object({
  kind: z.enum(eventKinds),
  at: z.string(),
  revision: z.string(),
  service: z.string(),
  classification: z.enum(classifications),
  status: z.string(),
  customers: z.array(z.string()).optional(),
});
export type IncidentEventRow = z.output<typeof eventSchema>;

export const eventRow = rowKind(eventSchema);
export const eventKey = (eventId: string): string => `E|${eventId}`;
