import * as z from 'zod';
import type { DeskCloud } from './cloud.ts';
import { SourceFailure, type AzureSubscriptions } from './customers-source.ts';
import { getJson, type UpstreamDeps } from './upstream-json.http.ts';

const subscriptionsSchema = z.looseObject({
  value: z.array(z.looseObject({ subscriptionId: z.guid(), state: z.string().nullish() })),
});

/**
 * Subscriptions that the desk's application may read in a customer's tenant. Partner Center's id of an Azure plan is another
 * id, so Azure itself is asked. Microsoft docs: "Subscriptions - List", api-version 2022-12-01.
 */
export function azureSubscriptions(deps: UpstreamDeps & { cloud: DeskCloud }): AzureSubscriptions {
  return async (connectionId, tenantId) => {
    try {
      const { value } = await getJson(deps, {
        want: { tenantId, resource: 'azure', connectionId },
        url: `${deps.cloud.endpoints.azureManagementBaseUrl}/subscriptions?api-version=2022-12-01`,
        schema: subscriptionsSchema,
      });
      return value
        .filter(({ state }) => state?.toLowerCase() !== 'deleted')
        .map(({ subscriptionId }) => subscriptionId);
    } catch (error) {
      // A customer without consent or without a role for the desk is common, and no reason to stop the directory.
      if (error instanceof SourceFailure && error.reason === 'refused') return undefined;
      throw error;
    }
  };
}
