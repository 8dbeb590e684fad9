import * as z from 'zod';
import { uuidOf } from '../core/hash.ts';
import type { DeskCloud } from './cloud.ts';
import type { GrantConsent } from './consents.ts';
import { SourceFailure } from './customers-source.ts';
import { exchange, refusal, type UpstreamDeps } from './upstream-json.http.ts';

/** Microsoft Graph's own application id, the same in every tenant. */
const graphApplicationId = '00000003-0000-0000-c000-000000000000';
/** Delegated permissions that reading service health and planned changes needs. */
const scope = 'ServiceHealth.Read.All,ServiceMessage.Read.All';

const errorSchema = z.looseObject({ code: z.union([z.string(), z.number()]).optional() });

/**
 * Grants the desk's application its delegated permissions in a customer's tenant, as the person of the connection: that person is
 * in AdminAgents and holds, through GDAP, Cloud Application Administrator or more. Microsoft docs: "Control panel vendor APIs".
 */
export function partnerCenterConsents(deps: UpstreamDeps & { cloud: DeskCloud }): GrantConsent {
  return async ({ runId, connectionId, tenantId }) => {
    const connection = deps.cloud.connections.find(({ id }) => id === connectionId);
    if (!connection) throw new SourceFailure('refused', 'There is no such connection.');
    const answer = await exchange(deps, {
      want: { tenantId: connection.tenantId, resource: 'partnercenter', connectionId, way: 'delegated' },
      url: `${deps.cloud.endpoints.partnerCenterBaseUrl}/v1/customers/${tenantId}/applicationconsents`,
      // The same at every try: Partner Center takes a repeated MS-RequestId for the same call.
      headers: { 'MS-RequestId': uuidOf('consent', runId, tenantId), 'MS-Contract-Version': 'v1', 'X-Locale': 'en-US' },
      body: {
        applicationId: connection.clientId,
        displayName: 'Support desk of your Microsoft partner',
        applicationGrants: [{ enterpriseApplicationId: graphApplicationId, scope }],
      },
    });
    if (answer.status === 200 || answer.status === 201) return { kind: 'granted' };
    if (answer.status === 409) return { kind: 'already' };
    const failure = refusal(answer, deps.clock.now());
    if (failure.reason === 'throttled' || failure.reason === 'away') throw failure;
    return { kind: 'refused', code: codeOf(answer.body) ?? String(answer.status) };
  };
}

function codeOf(body: string): string | undefined {
  try {
    const { code } = errorSchema.parse(JSON.parse(body.replace(/^\uFEFF/, '')));
    return code === undefined ? undefined : String(code);
  } catch {
    return undefined;
  }
}
