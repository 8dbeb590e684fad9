import { knownCaller } from '../shared/core/caller.ts';
import type { Acknowledge } from '../shared/notices/acknowledge.ts';
import type { createReadPages } from '../shared/notices/page-answer.ts';
import type { Policies } from '../shared/notices/reach-policies.ts';
import type { PolicyAnswer } from '../shared/notices/reach-policy.ts';
import * as contracts from '../shared/notices/route-contracts.ts';
import { versionMatch, versionTag } from '../shared/platform/if-match.ts';
import { route, type Answer, type Route } from '../shared/platform/route.ts';

export type ReachRoutesDeps = {
  policies: Pick<Policies, 'read' | 'replace'>;
  pages: ReturnType<typeof createReadPages>;
  acknowledge: Pick<Acknowledge, 'byCaller'>;
};

const policyAnswer = (policy: PolicyAnswer): Answer => ({
  status: 200,
  body: policy,
  headers: { etag: versionTag(policy.version) },
});

/** By which steps people are reached, whom the desk has paged, and taking a page in hand. */
export const reachRoutes = ({ policies, pages, acknowledge }: ReachRoutesDeps): Route[] => [
  route({
    ...contracts.readReachPolicy,
    handle: async ({ query: { version } }) =>
      policyAnswer(await policies.read(version === undefined ? version : Number(version))),
  }),
  route({
    ...contracts.replaceReachPolicy,
    handle: async ({ caller, headers, body }) => {
      const seen = versionMatch(headers, 'reach policy');
      return policyAnswer(await policies.replace({ caller: knownCaller(caller), sent: body, seen }));
    },
  }),
  route({ ...contracts.listPages, handle: async ({ query }) => ({ status: 200, body: await pages.list(query) }) }),
  route({
    ...contracts.readPage,
    handle: async ({ params }) => ({ status: 200, body: await pages.read(params.id) }),
  }),
  route({
    ...contracts.acknowledgePage,
    handle: async ({ params, caller, scope }) => {
      await acknowledge.byCaller(params.id, knownCaller(caller).id, scope);
      return { status: 200, body: await pages.read(params.id) };
    },
  }),
];
