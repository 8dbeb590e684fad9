import { toIso, type Clock } from '../core/clock.ts';
import { encodeKey } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import { isRefusal, queryAll, type Table } from '../platform/table.ts';
import { capabilitySchema, contractSchema, type Capability, type Channel, type Contract } from './vehicle.ts';

const contractRow = rowKind(contractSchema);
const capabilityRow = rowKind(capabilitySchema);

const contractsPk = (connectionId: string): string => `vehicle|${encodeKey(connectionId)}`;
const capabilitiesPk = (connectionId: string): string => `capability|${encodeKey(connectionId)}`;

/** The contracts of a partner connection, one row each in table `desk`. */
export async function readContracts(desk: Table, connectionId: string): Promise<Contract[]> {
  const rows = await queryAll(desk, { pk: contractsPk(connectionId) });
  return rows.map((row) => contractRow.fromRow(row));
}

export async function putContract(desk: Table, connectionId: string, contract: Contract): Promise<void> {
  const columns = contractRow.toColumns(contract);
  await desk.transact(contractsPk(connectionId), [{ kind: 'upsert', rk: contract.vehicle, columns }]);
}

/** Enters contracts that are not there yet; one that a person has changed stays as it is. */
export async function seedContracts(desk: Table, connectionId: string, contracts: readonly Contract[]): Promise<void> {
  for (const contract of contracts) {
    const columns = contractRow.toColumns(contract);
    try {
      await desk.transact(contractsPk(connectionId), [{ kind: 'insert', rk: contract.vehicle, columns }]);
    } catch (error) {
      if (!isRefusal(error, 'exists')) throw error;
    }
  }
}

/** A channel of a connection, and the customer's subscription that it would file in. */
export type ChannelPlace = { connectionId: string; channel: Channel; subscriptionId: string };

const capabilityKey = ({ channel, subscriptionId }: ChannelPlace): string => `${channel}|${encodeKey(subscriptionId)}`;

export async function readCapability(desk: Table, place: ChannelPlace): Promise<Capability | undefined> {
  const row = await desk.get(capabilitiesPk(place.connectionId), capabilityKey(place));
  return row && capabilityRow.fromRow(row);
}

export type Learned = ChannelPlace & { state: Capability['state']; reason?: string };

/** Keeps what a real answer has shown about a channel; writes only what is new. A refusal met again counts from then on. */
export async function learnCapability(
  { desk, clock }: { desk: Table; clock: Clock },
  { state, reason, ...place }: Learned,
): Promise<void> {
  const known = await readCapability(desk, place);
  if (known?.state === state && state !== 'refused') return;
  const columns = capabilityRow.toColumns({
    channel: place.channel,
    state,
    at: toIso(clock.now()),
    ...(reason !== undefined && { reason }),
  });
  await desk.transact(capabilitiesPk(place.connectionId), [{ kind: 'upsert', rk: capabilityKey(place), columns }]);
}
