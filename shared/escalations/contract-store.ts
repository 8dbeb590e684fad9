import { toIso, type Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { encodeKey, sequenceKey } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import { isRefusal, queryAll, writeOver, type Table, type TableOp } from '../platform/table.ts';
import {
  capabilitySchema,
  contractSchema,
  type Capability,
  type Channel,
  type Contract,
  type Vehicle,
} from './vehicle.ts';

const contractRow = rowKind(contractSchema);
const capabilityRow = rowKind(capabilitySchema);

const contractsPk = (connectionId: string): string => `vehicle|${encodeKey(connectionId)}`;
export const capabilitiesPk = (connectionId: string): string => `capability|${encodeKey(connectionId)}`;

/** Sorts after every vehicle. */
const historyPrefix = 'version|';

/** The contracts of a partner connection, one row each in table `desk`. */
export async function readContracts(desk: Table, connectionId: string): Promise<Contract[]> {
  const rows = await queryAll(desk, { pk: contractsPk(connectionId), to: historyPrefix });
  return rows.map((row) => contractRow.fromRow(row));
}

export async function readContract(desk: Table, connectionId: string, vehicle: Vehicle): Promise<Contract | undefined> {
  return (await heldContract(desk, connectionId, vehicle))?.contract;
}

async function heldContract(desk: Table, connectionId: string, vehicle: Vehicle) {
  const row = await desk.get(contractsPk(connectionId), vehicle);
  return row && { contract: contractRow.fromRow(row), etag: row.etag };
}

/**
 * Writes the next version of a contract and keeps it for ever, with who entered it. `make` is told the one before. Throws
 * `etag-mismatch` where another was entered at the same time.
 */
export async function replaceContract(
  desk: Table,
  { connectionId, vehicle }: { connectionId: string; vehicle: Vehicle },
  make: (before: Contract | undefined) => Promise<Contract & { version: number }>,
): Promise<Contract> {
  const held = await heldContract(desk, connectionId, vehicle);
  const next = await make(held?.contract);
  const columns = contractRow.toColumns(next);
  const kept: TableOp = { kind: 'insert', rk: `${historyPrefix}${vehicle}|${sequenceKey(next.version)}`, columns };
  try {
    await desk.transact(contractsPk(connectionId), [writeOver(held, { rk: vehicle, columns }), kept]);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new AppError('etag-mismatch', 'Another version was entered at the same time; read it again.');
  }
  return next;
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
