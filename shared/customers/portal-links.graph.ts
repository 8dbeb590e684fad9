import * as z from 'zod';
import type { DeskCloud } from './cloud.ts';
import { SourceFailure } from './customers-source.ts';
import type { PortalLinksSource } from './portal-links.ts';
import { getJson, type UpstreamDeps } from './upstream-json.http.ts';

const itemSchema = z.looseObject({ serviceName: z.string().min(1), serviceManagementUrl: z.string() });
const listSchema = z.looseObject({ value: z.array(z.unknown()) });

/**
 * The portals of a customer with which the partner has a delegated relationship, read as the person of the connection. Only the
 * first page is taken: a customer has some few. Microsoft docs: "List serviceManagementDetails"; only in the global cloud.
 */
export function graphPortalLinks(deps: UpstreamDeps & { cloud: DeskCloud }): PortalLinksSource {
  const path = '/v1.0/tenantRelationships/delegatedAdminCustomers';
  return async (connectionId, tenantId) => {
    const connection = deps.cloud.connections.find((one) => one.id === connectionId);
    if (!connection) throw new SourceFailure('refused', 'There is no such connection.');
    const { value } = await getJson(deps, {
      want: { tenantId: connection.tenantId, resource: 'graph', connectionId, way: 'delegated' },
      url: `${deps.cloud.endpoints.graphBaseUrl}${path}/${tenantId}/serviceManagementDetails`,
      schema: listSchema,
    });
    return value.flatMap((item) => {
      const { data } = itemSchema.safeParse(item);
      return data ? [{ name: data.serviceName, url: data.serviceManagementUrl }] : [];
    });
  };
}
