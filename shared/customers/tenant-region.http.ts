import * as z from 'zod';
import { HttpFailure, type Http } from '../platform/http.ts';
import { limits } from '../core/limits.ts';
import type { CloudName } from './cloud.ts';
import type { ReadIsGcc } from './customers-source.ts';

const discoverySchema = z.looseObject({ issuer: z.string(), tenant_region_sub_scope: z.string().nullish() });

/**
 * A GCC tenant lives in the global cloud and looks like any other to Graph; its public OpenID document tells it apart. No
 * credentials are sent. Microsoft docs: "OpenID Connect on the Microsoft identity platform".
 */
export function tenantRegion({
  http,
  authority,
  cloud,
}: {
  http: Http;
  authority: string;
  cloud: CloudName;
}): ReadIsGcc {
  return async (tenantId) => {
    if (cloud !== 'global') return undefined;
    try {
      const { status, body } = await http({
        method: 'GET',
        url: `${authority}/${encodeURIComponent(tenantId)}/v2.0/.well-known/openid-configuration`,
        headers: { accept: 'application/json' },
        timeoutMs: limits.upstreamCallMs,
        maxBytes: limits.discoveryBytes,
      });
      if (status !== 200) return undefined;
      return discoverySchema.parse(JSON.parse(body)).tenant_region_sub_scope?.toUpperCase() === 'GCC';
    } catch (error) {
      if (error instanceof HttpFailure || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
      throw error;
    }
  };
}
