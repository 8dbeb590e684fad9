import type { CloudEndpoints } from '../customers/cloud.ts';
import { SourceFailure } from '../customers/customers-source.ts';
import { exchange, type UpstreamDeps } from '../customers/upstream-json.http.ts';
import type { AskMicrosoft } from './doctor.ts';

/** Asks a probe: one GET at the API's own root, with the tokens that the desk would use. */
export function askMicrosoft(deps: UpstreamDeps & { endpoints: CloudEndpoints }): AskMicrosoft {
  const roots = {
    graph: deps.endpoints.graphBaseUrl,
    partnercenter: deps.endpoints.partnerCenterBaseUrl,
    azure: deps.endpoints.azureManagementBaseUrl,
  };
  return async ({ connectionId, partnerTenantId }, { resource, way, tenantId, path, headers, withPartnerToken }) => {
    try {
      const auxiliary =
        withPartnerToken && (await deps.tokens({ tenantId: partnerTenantId, resource, connectionId, way }));
      return await exchange(deps, {
        want: { tenantId, resource, connectionId, way },
        url: `${roots[resource]}${path}`,
        headers: {
          ...headers,
          ...(auxiliary !== undefined && { 'x-ms-authorization-auxiliary': `Bearer ${auxiliary}` }),
        },
      });
    } catch (error) {
      return { trouble: troubleIn(error) };
    }
  };
}

function troubleIn(error: unknown): string {
  if (error instanceof SourceFailure) return error.message;
  if (error instanceof Error && error.name === 'TokenFailure') return error.message;
  throw error;
}
