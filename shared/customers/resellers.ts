import * as z from 'zod';
import { packText, unpackText } from '../platform/packed.ts';
import type { Row, TableOp, Tables } from '../platform/table.ts';
import type { PartnerConnection } from './cloud.ts';
import type { Reseller, Subscription } from './customers-source.ts';
import { directoryPartition } from './directory.ts';

const resellersSchema = z.array(
  z.object({ tenantId: z.string().optional(), partnerId: z.string().optional(), name: z.string().optional() }),
);

const resellersKey = 'U|resellers';

/** Beside the relay's rows: read only where resellers are asked for. */
export const resellersOp = (resellers: readonly Reseller[]): TableOp => ({
  kind: 'upsert',
  rk: resellersKey,
  columns: { v: 1, ...packText(JSON.stringify(resellers)) },
});

const resellersOf = (row: Row | undefined): Reseller[] =>
  row ? resellersSchema.parse(JSON.parse(unpackText(row.columns))) : [];

/** The resellers of a connection as they were read last; nobody but a provider has any. */
export async function readResellers(
  { tables }: { tables: Tables<'customers'> },
  { id, role }: PartnerConnection,
): Promise<Reseller[]> {
  return role === 'provider' ? resellersOf(await tables('customers').get(directoryPartition(id), resellersKey)) : [];
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The reseller of a provider's customer, from what comes with its details: `resellerId` of the customer itself, else the one
 * Partner ID that its active subscriptions name. Undefined where they do not say.
 */
export function resellerOf(
  { connection, resellers }: { connection: PartnerConnection; resellers: readonly Reseller[] },
  resellerId: string | undefined,
  subscriptions: readonly Subscription[],
): Reseller | undefined {
  if (connection.role !== 'provider') return undefined;
  const sellers = subscriptions.filter(({ isActive }) => isActive).flatMap(({ partnerId }) => partnerId ?? []);
  const others = new Set(sellers.filter((partnerId) => partnerId !== connection.partnerId));
  const id = resellerId ?? (others.size === 1 ? [...others][0] : undefined);
  if (id === undefined) return undefined;
  const isTenant = guid.test(id);
  const known = resellers.find(({ tenantId, partnerId }) => (isTenant ? tenantId : partnerId) === id);
  return known ?? (isTenant ? { tenantId: id } : { partnerId: id });
}
