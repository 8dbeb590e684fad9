import * as z from 'zod';
import type { Caller } from '../shared/core/caller.ts';
import { AppError } from '../shared/core/errors.ts';
import { limits } from '../shared/core/limits.ts';
import { pagingQuery, route, type Answer, type Route } from '../shared/platform/route.ts';
import { amendSchema } from '../shared/requests/amend.ts';
import { commentSchema, transitionSchema } from '../shared/requests/changes.ts';
import { clockSchema } from '../shared/requests/clocks.ts';
import { ifMatch } from '../shared/requests/if-match.ts';
import { etagOf, requestSchema, type RequestAnswer } from '../shared/requests/request-answer.ts';
import { requestIdSchema, sentRequestSchema, serviceSchema, stateSchema } from '../shared/requests/request.ts';
import type { Requests } from '../shared/requests/requests.ts';
import { timelineEntrySchema } from '../shared/requests/timeline.ts';

const params = z.object({ id: requestIdSchema });
const readers = { portals: true, role: 'Desk.Read' } as const;
const writers = { portals: true, role: 'Desk.Operate' } as const;
const operators = { portals: false, role: 'Desk.Operate' } as const;

const idText = z.string().min(1).max(64);
const listQuery = z.strictObject({
  customerId: idText.optional(),
  portalId: idText.optional(),
  state: stateSchema.optional(),
  service: serviceSchema.optional(),
  assignee: idText.optional(),
  ...pagingQuery,
});

const pageSchema = z
  .object({ items: z.array(requestSchema), nextCursor: z.string().optional() })
  .meta({ id: 'RequestPage' });
const timelineSchema = z.object({ items: z.array(timelineEntrySchema) }).meta({ id: 'RequestTimeline' });
const clocksSchema = z.object({ items: z.array(clockSchema) }).meta({ id: 'RequestClocks' });

const replayed = { 'Idempotent-Replayed': '`true` where the call was served before.' };
const etag = { ETag: 'The version, for If-Match.' };

export type RequestRoutesDeps = Pick<
  Requests,
  'take' | 'list' | 'read' | 'timeline' | 'clocks' | 'amend' | 'comment' | 'transition'
>;

/** Support requests: taking them in, reading them, moving them on. */
export const requestRoutes = (requests: RequestRoutesDeps): Route[] => [
  route({
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
    handle: async ({ caller, body, headers, scope }) => {
      const key = keyOf(headers);
      const { outcome, request } = await requests.take({ caller: known(caller), kind: 'api', key, input: body, scope });
      const answer = withRequest(request, outcome === 'created' ? 201 : 200, outcome === 'repeated');
      return { ...answer, headers: { ...answer.headers, location: `/api/requests/${request.id}` } };
    },
  }),
  route({
    name: 'listRequests',
    method: 'GET',
    path: 'api/requests',
    summary: 'Requests, newest first; may lag behind by seconds. An empty page with a nextCursor is not the end',
    access: readers,
    query: listQuery,
    answers: { 200: { description: 'A page', schema: pageSchema } },
    errors: ['invalid-cursor'],
    handle: async ({ caller, query }) => ({ status: 200, body: await requests.list(known(caller), query) }),
  }),
  route({
    name: 'readRequest',
    method: 'GET',
    path: 'api/requests/{id}',
    summary: 'A request as it is now',
    access: readers,
    params,
    answers: { 200: { description: 'The request', schema: requestSchema, headers: etag } },
    handle: async ({ caller, params: { id } }) => withRequest(await requests.read(known(caller), id), 200),
  }),
  route({
    name: 'readRequestTimeline',
    method: 'GET',
    path: 'api/requests/{id}/timeline',
    summary: 'What happened to a request, oldest first; portals see what is for the customer',
    access: readers,
    params,
    answers: { 200: { description: 'The events', schema: timelineSchema } },
    handle: async ({ caller, params: { id } }) => ({
      status: 200,
      body: { items: await requests.timeline(known(caller), id) },
    }),
  }),
  route({
    name: 'readRequestClocks',
    method: 'GET',
    path: 'api/requests/{id}/clocks',
    summary: 'When something is due for a request, and what that was computed from',
    access: readers,
    params,
    answers: { 200: { description: 'The clocks', schema: clocksSchema } },
    handle: async ({ caller, params: { id } }) => ({
      status: 200,
      body: { items: await requests.clocks(known(caller), id) },
    }),
  }),
  route({
    name: 'amendRequest',
    method: 'PATCH',
    path: 'api/requests/{id}',
    summary: 'Assign, correct, snooze or merge a request. Wants If-Match',
    access: operators,
    params,
    body: amendSchema,
    answers: { 200: { description: 'The request afterwards', schema: requestSchema, headers: etag } },
    errors: ['etag-mismatch', 'if-match-required', 'conflict'],
    handle: async ({ caller, params: { id: requestId }, body, headers, scope }) => {
      const seen = ifMatch(headers);
      return withRequest(await requests.amend({ caller: known(caller), requestId, body, seen }, scope), 200);
    },
  }),
  route({
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
    errors: ['idempotency-key-reused', 'invalid-header', 'conflict'],
    handle: async ({ caller, params: { id: requestId }, body, headers, scope }) => {
      const asked = { caller: known(caller), requestId, key: keyOf(headers), body, scope };
      const { outcome, entry } = await requests.comment(asked);
      return { status: 201, body: entry, headers: { ...(outcome === 'repeated' && replayedHeader) } };
    },
  }),
  route({
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
    errors: [
      'illegal-transition',
      'idempotency-key-reused',
      'etag-mismatch',
      'if-match-required',
      'invalid-header',
      'conflict',
    ],
    handle: async ({ caller, params: { id: requestId }, body, headers, scope }) => {
      const seen = ifMatch(headers);
      const asked = { caller: known(caller), requestId, key: keyOf(headers), body, seen, scope };
      const { outcome, request } = await requests.transition(asked);
      return withRequest(request, 200, outcome === 'repeated');
    },
  }),
];

const replayedHeader = { 'idempotent-replayed': 'true' };

const withRequest = (request: RequestAnswer, status: number, isReplay = false): Answer => ({
  status,
  body: request,
  headers: { etag: etagOf(request.version), ...(isReplay && replayedHeader) },
});

function known(caller: Caller | undefined): Caller {
  if (caller === undefined) throw new AppError('unauthenticated', 'Send credentials.');
  return caller;
}

const keyPattern = new RegExp(`^[\\x21-\\x7e]{1,${String(limits.idempotencyKeyCharacters)}}$`);

function keyOf(headers: Headers): string | undefined {
  const key = headers.get('idempotency-key');
  if (key === null) return undefined;
  if (keyPattern.test(key)) return key;
  throw new AppError(
    'invalid-header',
    `Idempotency-Key is 1 to ${String(limits.idempotencyKeyCharacters)} visible ASCII characters.`,
  );
}
