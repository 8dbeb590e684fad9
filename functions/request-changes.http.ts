import { knownCaller } from '../shared/core/caller.ts';
import { idempotencyKeyOf, replayedHeader } from '../shared/platform/idempotency-key.ts';
import { route, type Route } from '../shared/platform/route.ts';
import { withRequest } from '../shared/requests/http-answer.ts';
import { ifMatch } from '../shared/requests/if-match.ts';
import type { Requests } from '../shared/requests/requests.ts';
import * as contracts from '../shared/requests/route-contracts.ts';

export type RequestChangesDeps = Pick<Requests, 'amend' | 'comment' | 'transition'>;

/** Support requests that are there: moving them on. */
export const requestChangeRoutes = (requests: RequestChangesDeps): Route[] => [
  route({
    ...contracts.amendRequest,
    handle: async ({ caller, params: { id: requestId }, body, headers, scope }) => {
      const seen = ifMatch(headers);
      return withRequest(await requests.amend({ caller: knownCaller(caller), requestId, body, seen }, scope), 200);
    },
  }),
  route({
    ...contracts.setRequestRefs,
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
