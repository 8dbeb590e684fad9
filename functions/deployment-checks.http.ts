import type { createDeploymentCheck } from '../shared/platform/deployment-check.ts';
import * as contracts from '../shared/platform/deployment-check-contracts.ts';
import { route, type Route } from '../shared/platform/route.ts';

/** Whether what was deployed works, tried for real. */
export const deploymentCheckRoutes = (check: ReturnType<typeof createDeploymentCheck>): Route[] => [
  route({
    ...contracts.startDeploymentCheck,
    handle: async ({ scope }) => {
      const begun = await check.start(scope);
      return { status: 202, body: begun, headers: { location: `/api/operations/checks/${begun.id}` } };
    },
  }),
  route({
    ...contracts.readDeploymentCheck,
    handle: async ({ params }) => ({ status: 200, body: await check.read(params.id) }),
  }),
];
