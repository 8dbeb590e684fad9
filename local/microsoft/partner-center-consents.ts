import * as z from 'zod';
import type { Cloud } from './cloud.ts';
import { mayGrantConsent } from './delegation.ts';
import { callerOfPartnerCenter, customerOf, partnerRefusal, withTracing } from './partner-center-access.ts';
import { jsonObject } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { partner } from './seed-world.ts';
import type { Throttle } from './throttle.ts';

const graphApplicationId = '00000003-0000-0000-c000-000000000000';

const consentSchema = z.looseObject({
  applicationId: z.guid(),
  displayName: z.string().optional(),
  applicationGrants: z.array(z.looseObject({ enterpriseApplicationId: z.guid(), scope: z.string().min(1) })).min(1),
});

const root = '/v1/customers/:customer/applicationconsents';

/**
 * Consents to the partner's application in a customer's tenant, given by the partner's person. Microsoft docs: "Control panel
 * vendor APIs". Of the scopes only that for service health matters here.
 */
export function partnerCenterConsentRoutes(cloud: Cloud, throttle: Throttle): Route[] {
  const guarded =
    (handle: (request: ApiRequest, tenantId: string) => Promise<Reply>) => async (request: ApiRequest) => {
      await callerOfPartnerCenter(cloud, request, { isUserNeeded: true, throttle });
      const { tenantId } = customerOf(request);
      if (!mayGrantConsent(cloud, tenantId)) {
        throw partnerRefusal({ status: 403, code: '900308', description: 'The caller lacks the role.' });
      }
      return withTracing(request, await handle(request, tenantId));
    };
  return [
    {
      name: 'partnercenter.applicationconsents.post',
      path: root,
      handle: guarded((request, tenantId) => grant(cloud, request, tenantId)),
    },
    {
      name: 'partnercenter.applicationconsents.delete',
      path: `${root}/:application`,
      handle: guarded((request, tenantId) => withdraw(cloud, request, tenantId)),
    },
  ];
}

const isGranted = (cloud: Cloud, tenantId: string) => cloud.state.delegatedConsents.get(tenantId) === 'granted';

async function grant(cloud: Cloud, { body }: ApiRequest, tenantId: string): Promise<Reply> {
  const { data: wanted } = consentSchema.safeParse(jsonObject(body));
  if (wanted?.applicationId.toLowerCase() !== partner.clientId) {
    throw partnerRefusal({ status: 400, code: '3000', description: 'Invalid property', data: ['applicationId'] });
  }
  if (isGranted(cloud, tenantId)) {
    throw partnerRefusal({ status: 409, code: '409', description: 'Permission entry already exists.' });
  }
  const scopes = wanted.applicationGrants
    .filter(({ enterpriseApplicationId }) => enterpriseApplicationId === graphApplicationId)
    .flatMap(({ scope }) => scope.split(',').map((one) => one.trim()));
  if (scopes.includes('ServiceHealth.Read.All')) {
    await cloud.commit({ at: cloud.now(), type: 'delegated-consent-set', tenantId, granted: true });
  }
  return { status: 201, body: wanted };
}

async function withdraw(cloud: Cloud, request: ApiRequest, tenantId: string): Promise<Reply> {
  const isKnown = request.param('application').toLowerCase() === partner.clientId && isGranted(cloud, tenantId);
  if (!isKnown) throw partnerRefusal({ status: 404, code: '1000', description: 'Not found' });
  await cloud.commit({ at: cloud.now(), type: 'delegated-consent-set', tenantId, granted: false });
  return { status: 204 };
}
