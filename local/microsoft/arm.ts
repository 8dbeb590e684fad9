import { classificationsOf, services } from './arm-catalog.ts';
import { authorize } from './cloud.ts';
import type { Cloud } from './cloud.ts';
import { Refusal } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { customers } from './seed-world.ts';
import type { Claims } from './tokens.ts';

type Detail = { code: string; message: string; target: string };
type ArmTrouble = { status: number; code: string; message: string; details?: Detail[] };

export function armRefusal({ status, ...error }: ArmTrouble): Refusal {
  return new Refusal({ status, body: { error } });
}

/** The caller's claims; `api-version` is checked with them, as Azure Resource Manager does. */
export async function callerOfArm(cloud: Cloud, request: ApiRequest): Promise<Claims> {
  if (!/^\d{4}-\d\d-\d\d(-preview)?$/.test(request.query.get('api-version') ?? '')) {
    throw armRefusal({
      status: 400,
      code: 'MissingApiVersionParameter',
      message: 'The api-version query parameter (?api-version=) is required for all requests.',
    });
  }
  const codes = {
    missing: 'AuthenticationFailed',
    invalid: 'InvalidAuthenticationToken',
    expired: 'ExpiredAuthenticationToken',
    audience: 'InvalidAuthenticationTokenAudience',
  };
  return authorize(cloud, {
    request,
    api: 'arm',
    refuse: (trouble) =>
      armRefusal({ status: 401, code: codes[trouble], message: `The access token is not accepted: ${trouble}.` }),
  });
}

/** The caller, who must come from the tenant that the subscription of the path belongs to. */
export async function callerOfSubscription(cloud: Cloud, request: ApiRequest) {
  const claims = await callerOfArm(cloud, request);
  const subscriptionId = request.param('subscription').toLowerCase();
  const customer = customers.find((one) => one.azureSubscriptionId === subscriptionId);
  if (customer === undefined) {
    throw armRefusal({
      status: 404,
      code: 'SubscriptionNotFound',
      message: `The subscription '${subscriptionId}' could not be found.`,
    });
  }
  if (claims.tid !== customer.tenantId) {
    throw armRefusal({
      status: 401,
      code: 'InvalidAuthenticationTokenTenant',
      message: 'The access token is from the wrong issuer: it must be one of the tenant of this subscription.',
    });
  }
  return { claims, subscriptionId, tenantId: customer.tenantId };
}

/** Subscriptions, and the catalogue of support services. */
export function armRoutes(cloud: Cloud): Route[] {
  const guarded = (handle: (request: ApiRequest, claims: Claims) => Reply) => async (request: ApiRequest) =>
    handle(request, await callerOfArm(cloud, request));
  return [
    {
      name: 'arm.subscriptions.get',
      path: '/subscriptions',
      handle: guarded((_request, claims) => subscriptions(claims.tid)),
    },
    {
      name: 'arm.services.get',
      path: '/providers/Microsoft.Support/services',
      handle: guarded(() => ({ status: 200, body: { value: services } })),
    },
    {
      name: 'arm.problemClassifications.get',
      path: '/providers/Microsoft.Support/services/:service/problemClassifications',
      handle: guarded((request) => {
        const value = classificationsOf(request.param('service'));
        if (value) return { status: 200, body: { value } };
        throw armRefusal({ status: 404, code: 'ResourceNotFound', message: 'The service was not found.' });
      }),
    },
  ];
}

/** Microsoft docs: Subscriptions, list. */
function subscriptions(tenantId: string): Reply {
  const customer = customers.find((one) => one.tenantId === tenantId);
  const subscriptionId = customer?.azureSubscriptionId;
  const value =
    customer === undefined || subscriptionId === undefined
      ? []
      : [
          {
            id: `/subscriptions/${subscriptionId}`,
            subscriptionId,
            tenantId,
            displayName: `${customer.slug} production`,
            state: 'Enabled',
            subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'CSP_2015-05-01' },
            authorizationSource: 'RoleBased',
            managedByTenants: [],
          },
        ];
  return { status: 200, body: { value, count: { type: 'Total', value: value.length } } };
}
