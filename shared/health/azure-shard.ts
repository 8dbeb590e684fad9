import * as z from 'zod';
import { encodeKey } from '../core/key.ts';
import type { AzureMember } from '../customers/azure-feed.ts';
import { createRelay, type Leg, type Relay, type RelayDeps } from '../customers/relay.ts';
import { unpackText } from '../platform/packed.ts';
import { rowKind } from '../platform/row.ts';
import type { Row, Table, TableOp } from '../platform/table.ts';
import { headOf, shardHeadRow, shardStateSchema, type ShardHead } from './shard.ts';

/** Until when (ISO) a tenant's Azure is read by subscription because Resource Graph was refused. */
const manner = z.object({ bySubscriptionUntil: z.string().optional() });
export type AzureManner = z.output<typeof manner>;

const azureStateSchema = shardStateSchema.extend({ manners: z.record(z.string(), manner) });
/** What the Azure feed of a shard remembers: the same as of Microsoft 365, and by customer how it was read. */
export type AzureState = z.output<typeof azureStateSchema>;

/** The Azure feed of a health shard: a partition of its own, there only where a customer of the shard has subscriptions. */
export const azurePartition = (connectionId: string, shard: number): string =>
  `azure|${encodeKey(connectionId)}|${String(shard)}`;

export const azureRelay = (deps: RelayDeps): Relay<ShardHead> =>
  createRelay<ShardHead>(deps, {
    table: 'health',
    head: shardHeadRow,
    body: ({ connectionId, shard }) => ({ kind: 'azure', connectionId, shard }),
  });

export const azureStateOf = (row: Row | undefined): AzureState =>
  row
    ? azureStateSchema.parse(JSON.parse(unpackText(row.columns)))
    : { names: {}, issues: {}, tenants: {}, manners: {} };

/** Head first, as for Microsoft 365: the state may be younger than the head says, never older. */
export async function readAzureShard(
  table: Table,
  pk: string,
): Promise<{ head: (ShardHead & Leg) | undefined; state: AzureState }> {
  const head = await table.get(pk, 'H');
  const state = head && (await table.get(pk, 'S'));
  return { head: head && headOf(head), state: azureStateOf(state) };
}

const memberRow = rowKind(
  z.object({ customerId: z.string(), tenantId: z.string(), subscriptionIds: z.array(z.string()) }),
);
export const azureMemberKey = (customerId: string): string => `M|${customerId}`;
export const azureMemberOf = (row: Row): AzureMember => memberRow.fromRow(row);
export const azureMemberOp = (member: AzureMember): TableOp => ({
  kind: 'upsert',
  rk: azureMemberKey(member.customerId),
  columns: memberRow.toColumns({ ...member, subscriptionIds: [...member.subscriptionIds] }),
});
