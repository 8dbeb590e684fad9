import { armRefusal, callerOfSubscription } from './arm.ts';
import { authorize } from './cloud.ts';
import type { Cloud } from './cloud.ts';
import { hasRelationship } from './delegation.ts';
import type { ApiRequest } from './reply.ts';
import { partner } from './seed-world.ts';

const denied = (why: string) =>
  armRefusal({
    status: 403,
    code: 'AuthorizationFailed',
    message: `The caller does not have authorization to perform action 'Microsoft.Support/supportTickets/write': ${why}`,
  });

/**
 * The caller, who may file in the subscription of the path: with a token of the partner that sold it, by a role that may write, and
 * a person through a living relationship besides. Microsoft docs: support tickets on behalf of a CSP customer.
 */
export async function callerWhoFiles(cloud: Cloud, request: ApiRequest) {
  const caller = await callerOfSubscription(cloud, request);
  const { role = 'contributor', reseller = true } = cloud.state.azureRights.get(caller.tenantId) ?? {};
  await requirePartnerToken(cloud, request);
  if (!reseller) throw denied('the partner is not that of this subscription.');
  const isPerson = caller.claims.scp !== undefined;
  if (isPerson && !hasRelationship(cloud, caller.tenantId)) throw denied('the person is nobody in this tenant.');
  if (role !== 'contributor') throw denied(`the role is ${role}.`);
  return caller;
}

async function requirePartnerToken(cloud: Cloud, request: ApiRequest): Promise<void> {
  const refusal = () =>
    denied('x-ms-authorization-auxiliary must hold a token of the partner that owns the customer relationship.');
  const claims = await authorize(cloud, {
    request,
    api: 'arm',
    header: 'x-ms-authorization-auxiliary',
    refuse: refusal,
  });
  if (claims.tid !== partner.tenantId) throw refusal();
}

/** The answer that others were given: Azure/azure-sdk-for-net#24662. */
export function requirePlan(cloud: Cloud, tenantId: string): void {
  if (cloud.state.azureRights.get(tenantId)?.plan !== 'refused') return;
  throw armRefusal({
    status: 403,
    code: 'NotAllowed',
    message:
      'Your support plan type is CSP. To create technical support tickets you need access to our high tier-support plans.',
  });
}
