import * as z from 'zod';
import { SourceFailure, type Reseller, type ResellersSource } from './customers-source.ts';
import {
  collectionSchema,
  nextToken,
  partnerCenterCall,
  unreadable,
  type PartnerCenterDeps,
} from './partner-center-call.partnercenter.ts';

const relationshipSchema = z.looseObject({
  id: z.string().nullish(),
  name: z.string().nullish(),
  mpnId: z.string().nullish(),
});

/**
 * Indirect resellers of a provider. Microsoft docs: "Retrieve a list of indirect resellers", "Get a customer's indirect resellers".
 * Where an application alone is refused (403), the partner's person asks.
 */
export function partnerCenterResellers(deps: PartnerCenterDeps): ResellersSource {
  const call = partnerCenterCall(deps);
  const read = async (connectionId: string, path: string): Promise<Reseller[]> => {
    const collection = await call(connectionId, { path, schema: collectionSchema }).catch(async (error: unknown) => {
      if (!(error instanceof SourceFailure) || error.status !== 403 || error.code === '20002') throw error;
      return call(connectionId, { path, schema: collectionSchema, way: 'delegated' });
    });
    if (nextToken(collection, undefined) !== undefined) throw unreadable('Relationships come in pages.');
    return collection.items.flatMap((item) => toReseller(item) ?? []);
  };
  return {
    all: async (connectionId) =>
      read(connectionId, '/relationships?relationship_type=IsIndirectCloudSolutionProviderOf'),
    of: async (connectionId, tenantId) => (await read(connectionId, `/customers/${tenantId}/relationships`))[0],
  };
}

function toReseller(item: unknown): Reseller | undefined {
  const parsed = relationshipSchema.safeParse(item);
  if (!parsed.success) return undefined;
  const { id, name, mpnId } = parsed.data;
  const reseller: Reseller = {
    ...(id && { tenantId: id.toLowerCase() }),
    ...(mpnId && { partnerId: mpnId }),
    ...(name && { name }),
  };
  return reseller.tenantId === undefined && reseller.partnerId === undefined ? undefined : reseller;
}
