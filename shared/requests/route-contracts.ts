import * as z from 'zod';
import type { Access } from '../core/caller.ts';
import { limits } from '../core/limits.ts';
import { pagingQuery } from '../platform/route.ts';
import { amendSchema } from './amend.ts';
import { commentSchema, transitionSchema } from './changes.ts';
import { clockSchema } from './request-clock.ts';
import { requestSchema } from './request-answer.ts';
import { externalRefsSchema, requestIdSchema, sentRequestSchema, serviceSchema, stateSchema } from './request.ts';
import { timelineEntrySchema } from './timeline.ts';
import { timelinePageSchema } from './timeline-page.ts';

const params = z.object({ id: requestIdSchema });
const readers: Access = { portals: true, role: 'Desk.Read' };
const writers: Access = { portals: true, role: 'Desk.Operate' };
const operators: Access = { portals: false, role: 'Desk.Operate' };

const idText = z.string().min(1).max(64);
const refsSchema = z.strictObject({ externalRefs: externalRefsSchema }).meta({ id: 'RequestRefs' });
const refText = z
  .string()
  .max(50 + 1 + limits.referenceCharacters)
  .regex(/^[\w.-]{1,50}:./su, 'must be system:id')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');
const listQuery = z.strictObject({
  customerId: idText.optional(),
  portalId: idText.optional(),
  state: stateSchema.optional(),
  service: serviceSchema.optional(),
  assignee: idText.optional(),
  externalRef: refText
    .optional()
    .meta({ description: 'system:id, as the portal gave it; people name the portalId too' }),
  ...pagingQuery,
});

const pageSchema = z
  .object({ items: z.array(requestSchema), nextCursor: z.string().optional() })
  .meta({ id: 'RequestPage' });
const clocksSchema = z.object({ items: z.array(clockSchema) }).meta({ id: 'RequestClocks' });

const replayed = { 'Idempotent-Replayed': '`true` where the call was served before.' };
const etag = { ETag: 'The version, for If-Match.' };

export const submitRequest = {
  name: 'submitRequest',
  method: 'POST',
  path: 'api/requests',
  summary: 'Take in a support request; the answer says what the desk thinks of it. Takes Idempotency-Key',
  access: writers,
  body: sentRequestSchema,
  answers: {
    201: { description: 'Taken in', schema: requestSchema, headers: { Location: 'Of the request.', ...etag } },
    200: { description: 'Taken in before, by the same key', schema: requestSchema, headers: replayed },
  },
  errors: ['unknown-customer', 'idempotency-key-reused', 'invalid-header'],
} as const;

export const listRequests = {
  name: 'listRequests',
  method: 'GET',
  path: 'api/requests',
  summary:
    'Requests, newest first; may lag behind by seconds. An empty page with a nextCursor is not the end. For a portal nothing is assigned',
  access: readers,
  query: listQuery,
  answers: { 200: { description: 'A page', schema: pageSchema } },
  errors: ['invalid-cursor'],
} as const;

export const readRequest = {
  name: 'readRequest',
  method: 'GET',
  path: 'api/requests/{id}',
  summary: 'A request as it is now',
  access: readers,
  params,
  answers: { 200: { description: 'The request', schema: requestSchema, headers: etag } },
} as const;

export const readRequestTimeline = {
  name: 'readRequestTimeline',
  method: 'GET',
  path: 'api/requests/{id}/timeline',
  summary: 'What happened to a request and why, oldest first; portals see what is for the customer',
  access: readers,
  params,
  query: z.strictObject(pagingQuery),
  answers: { 200: { description: 'A page of events', schema: timelinePageSchema } },
  errors: ['invalid-cursor'],
} as const;

export const readRequestClocks = {
  name: 'readRequestClocks',
  method: 'GET',
  path: 'api/requests/{id}/clocks',
  summary: 'When something is due for a request, and what that was computed from',
  access: readers,
  params,
  answers: { 200: { description: 'The clocks', schema: clocksSchema } },
} as const;

export const amendRequest = {
  name: 'amendRequest',
  method: 'PATCH',
  path: 'api/requests/{id}',
  summary: 'Assign, correct, prioritise, snooze or merge a request. Wants If-Match',
  access: operators,
  params,
  body: amendSchema,
  answers: { 200: { description: 'The request afterwards', schema: requestSchema, headers: etag } },
  errors: ['etag-mismatch', 'if-match-required', 'illegal-transition'],
} as const;

export const setRequestRefs = {
  name: 'setRequestRefs',
  method: 'PUT',
  path: 'api/requests/{id}/refs',
  summary: 'Replace the ids under which portals and PSA tools know a request. Wants If-Match',
  access: writers,
  params,
  body: refsSchema,
  answers: { 200: { description: 'The request afterwards', schema: requestSchema, headers: etag } },
  errors: ['etag-mismatch', 'if-match-required'],
} as const;

export const commentOnRequest = {
  name: 'commentOnRequest',
  method: 'POST',
  path: 'api/requests/{id}/comments',
  summary: 'Comment on a request, for the desk or for the customer. Takes Idempotency-Key',
  access: writers,
  params,
  body: commentSchema,
  answers: {
    201: { description: 'The comment, as the timeline has it', schema: timelineEntrySchema, headers: replayed },
  },
  errors: ['idempotency-key-reused', 'invalid-header'],
} as const;

export const transitionRequest = {
  name: 'transitionRequest',
  method: 'POST',
  path: 'api/requests/{id}/transitions',
  summary: 'Move a request to another state. Wants If-Match, takes Idempotency-Key; portals may close and reopen',
  access: writers,
  params,
  body: transitionSchema,
  answers: {
    200: { description: 'The request afterwards', schema: requestSchema, headers: { ...etag, ...replayed } },
  },
  errors: ['illegal-transition', 'idempotency-key-reused', 'etag-mismatch', 'if-match-required', 'invalid-header'],
} as const;
