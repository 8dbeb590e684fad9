import { knownCaller } from '../shared/core/caller.ts';
import { testResultSchema, type TestPortal } from '../shared/notices/test-portal.ts';
import { versionMatch, versionTag } from '../shared/platform/if-match.ts';
import { route, type Answer, type Route } from '../shared/platform/route.ts';
import type { Portals } from '../shared/portals/portals.ts';
import * as contracts from '../shared/portals/route-contracts.ts';

export type PortalRoutesDeps = { portals: Portals; testPortal: TestPortal };

/** Portals as administrators manage them. */
export const portalRoutes = ({ portals, testPortal }: PortalRoutesDeps): Route[] => [
  route({ ...contracts.listPortals, handle: async ({ query }) => ({ status: 200, body: await portals.list(query) }) }),
  route({
    ...contracts.registerPortal,
    handle: async ({ caller, body, scope }) => {
      const made = withPortal(await portals.register(body, knownCaller(caller), scope), 201);
      return { ...made, headers: { ...made.headers, location: `/api/portals/${body.id}` } };
    },
  }),
  route({
    ...contracts.readPortal,
    handle: async ({ params: { id } }) => withPortal(await portals.read(id)),
  }),
  route({
    ...contracts.changePortal,
    handle: async ({ caller, params: { id }, body, headers, scope }) => {
      const precondition = versionMatch(headers, 'portal');
      return withPortal(await portals.patch({ id, by: knownCaller(caller), precondition, patch: body }, scope));
    },
  }),
  route({
    ...contracts.rotatePortalSecret,
    handle: async ({ caller, params: { id }, body, scope }) =>
      withPortal(await portals.rotate({ id, by: knownCaller(caller), rotate: body }, scope)),
  }),
  route({
    ...contracts.disablePortal,
    handle: async ({ caller, params: { id }, scope }) =>
      withPortal(await portals.disable({ id, by: knownCaller(caller) }, scope)),
  }),
  route({
    ...contracts.testPortal,
    answers: { 200: { description: 'What came back', schema: testResultSchema } },
    handle: async ({ params: { id }, scope }) => ({
      status: 200,
      body: await testPortal(await portals.inForce(id), scope),
    }),
  }),
];

const withPortal = (portal: { version: number }, status = 200): Answer & { headers: Record<string, string> } => ({
  status,
  body: portal,
  headers: { etag: versionTag(portal.version) },
});
