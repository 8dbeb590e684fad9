import type { TroubleCode } from '../customers/coverage.ts';
import { TokenFailure, type TokenResource, type TokenSource } from '../platform/tokens.ts';
import { ReadFailure, type ReadTenant } from './service-health.ts';

type TokenTrouble = { code: TroubleCode } & Pick<Partial<ReadFailure>, 'scope' | 'detail'>;

const tokenTroubles: Record<TokenFailure['reason'], TokenTrouble> = {
  'not-consented': { code: 'not-consented' },
  'app-missing': { code: 'not-consented', detail: 'app-missing' },
  'tenant-unknown': { code: 'token', detail: 'tenant-unknown' },
  'sign-in-policy': { code: 'token', detail: 'sign-in-policy' },
  'no-relationship': { code: 'role-lacking' },
  'grant-dead': { code: 'token', scope: 'connection' },
  'no-grant': { code: 'token', scope: 'connection' },
  'client-refused': { code: 'token', scope: 'connection' },
  'invalid-grant': { code: 'token' },
  throttled: { code: 'throttled', scope: 'application' },
  away: { code: 'microsoft-down' },
};

/** A token for an API in a tenant, by one of the ways in. Throws {@link ReadFailure}. */
export async function tokenInto(
  tokens: TokenSource,
  resource: TokenResource,
  { tenantId, connectionId, way }: Pick<ReadTenant, 'tenantId' | 'connectionId' | 'way'>,
): Promise<string> {
  try {
    return await tokens({ tenantId, connectionId, resource, way: way === 'gdap' ? 'delegated' : 'app' });
  } catch (error) {
    if (!(error instanceof TokenFailure)) throw error;
    const { code, ...more } = tokenTroubles[error.reason];
    const { retryAfterSeconds: wait } = error;
    throw new ReadFailure(code, `No token: ${error.reason}.`, { ...more, retryAfterSeconds: wait, cause: error });
  }
}
