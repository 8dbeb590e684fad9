import { knownCaller } from '../shared/core/caller.ts';
import { idempotencyKeyOf } from '../shared/platform/idempotency-key.ts';
import { route, type Route } from '../shared/platform/route.ts';
import { withRequest } from '../shared/requests/http-answer.ts';
import type { Requests } from '../shared/requests/requests.ts';
import * as contracts from '../shared/requests/route-contracts.ts';

export type RequestRoutesDeps = Pick<Requests, 'take' | 'list' | 'read' | 'timeline' | 'clocks'>;

/** Support requests: taking them in, reading them; moving them on stands beside. */
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
    handle: async ({ caller, params: { id }, query }) => ({
      status: 200,
      body: await requests.timeline(knownCaller(caller), id, query),
    }),
  }),
  route({
    ...contracts.readRequestClocks,
    handle: async ({ caller, params: { id } }) => ({
      status: 200,
      body: { items: await requests.clocks(knownCaller(caller), id) },
    }),
  }),
];
