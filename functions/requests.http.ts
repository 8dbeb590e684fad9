import { knownCaller } from '../shared/core/caller.ts';
import { idempotencyKeyOf, replayedHeader } from '../shared/platform/idempotency-key.ts';
import { route, type Answer, type Route } from '../shared/platform/route.ts';
import { ifMatch } from '../shared/requests/if-match.ts';
import { etagOf, type RequestAnswer } from '../shared/requests/request-answer.ts';
import type { Requests } from '../shared/requests/requests.ts';
import * as contracts from '../shared/requests/route-contracts.ts';

export type RequestRoutesDeps = Pick<
  Requests,
  'take' | 'list' | 'read' | 'timeline' | 'clocks' | 'amend' | 'comment' | 'transition'
>;

/** Support requests: taking them in, reading them, moving them on. */
export const requestRoutes = (requests: RequestRoutesDeps): Route[] => [
  route({
    ...contracts.submitRequest,
    handle: async ({ caller, body, headers, scope }) => {
      const key = idempotencyKeyOf(headers);
      const { outcome, request } = await requests.take({
        caller: knownCaller(caller),
        kind: 'api',
        key,
        input: body,
        scope,
      });
      const answer = withRequest(request, outcome === 'created' ? 201 : 200, outcome === 'repeated');
      return { ...answer, headers: { ...answer.headers, location: `/api/requests/${request.id}` } };
    },
  }),
  route({
    ...contracts.listRequests,
    handle: async ({ caller, query }) => ({ status: 200, body: await requests.list(knownCaller(caller), query) }),
  }),
  route({
    ...contracts.readRequest,
    handle: async ({ caller, params: { id } }) => withRequest(await requests.read(knownCaller(caller), id), 200),
  }),
  route({
    ...contracts.readRequestTimeline,
    handle: async ({ caller, params: { id } }) => ({
      status: 200,
      body: { items: await requests.timeline(knownCaller(caller), id) },
    }),
  }),
  route({
    ...contracts.readRequestClocks,
    handle: async ({ caller, params: { id } }) => ({
      status: 200,
      body: { items: await requests.clocks(knownCaller(caller), id) },
    }),
  }),
  route({
    ...contracts.amendRequest,
    handle: async ({ caller, params: { id: requestId }, body, headers, scope }) => {
      const seen = ifMatch(headers);
      return withRequest(await requests.amend({ caller: knownCaller(caller), requestId, body, seen }, scope), 200);
    },
  }),
  route({
    ...contracts.commentOnRequest,
    handle: async ({ caller, params: { id: requestId }, body, headers, scope }) => {
      const asked = { caller: knownCaller(caller), requestId, key: idempotencyKeyOf(headers), body, scope };
      const { outcome, entry } = await requests.comment(asked);
      return { status: 201, body: entry, headers: { ...(outcome === 'repeated' && replayedHeader) } };
    },
  }),
  route({
    ...contracts.transitionRequest,
    handle: async ({ caller, params: { id: requestId }, body, headers, scope }) => {
      const seen = ifMatch(headers);
      const asked = { caller: knownCaller(caller), requestId, key: idempotencyKeyOf(headers), body, seen, scope };
      const { outcome, request } = await requests.transition(asked);
      return withRequest(request, 200, outcome === 'repeated');
    },
  }),
];

const withRequest = (request: RequestAnswer, status: number, isReplay = false): Answer => ({
  status,
  body: request,
  headers: { etag: etagOf(request.version), ...(isReplay && replayedHeader) },
});
