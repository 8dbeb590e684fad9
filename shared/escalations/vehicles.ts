import type { Caller } from '../core/caller.ts';
import { toIso, type Clock } from '../core/clock.ts';
import { AppError, notFound } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Precondition } from '../platform/if-match.ts';
import type { SecretVersions } from '../platform/secret.ts';
import type { Tables } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { readContract, readContracts, replaceContract } from './contract-store.ts';
import { escalationEvents } from './events.ts';
import { vehicleAnswer, type SentContract, type VehicleAnswer, type VehiclePlace } from './vehicle-answer.ts';
import { vehicles, type Contract } from './vehicle.ts';

export type VehiclesDeps = {
  tables: Tables<'desk'>;
  clock: Clock;
  ids: Ids;
  versions: Pick<SecretVersions, 'put'>;
  isConnection: (connectionId: string) => boolean;
};

export type ReplaceCall = {
  place: VehiclePlace;
  sent: SentContract;
  caller: Caller;
  seen: Precondition;
};

/** The contracts of the partner's connections, as administrators enter them. Each throws `not-found` for an unknown connection. */
export type Vehicles = {
  list(connectionId: string): Promise<VehicleAnswer[]>;
  read(place: VehiclePlace): Promise<VehicleAnswer>;
  replace(call: ReplaceCall, scope: Scope): Promise<VehicleAnswer>;
};

export function createVehicles(deps: VehiclesDeps): Vehicles {
  const desk = deps.tables('desk');
  const known = (connectionId: string): void => {
    if (!deps.isConnection(connectionId)) throw notFound();
  };
  return {
    list: async (connectionId) => {
      known(connectionId);
      const contracts = await readContracts(desk, connectionId);
      return vehicles.map((vehicle) =>
        vehicleAnswer(
          { connectionId, vehicle },
          contracts.find((one) => one.vehicle === vehicle),
        ),
      );
    },
    read: async (place) => {
      known(place.connectionId);
      return vehicleAnswer(place, await readContract(desk, place.connectionId, place.vehicle));
    },
    replace: async ({ place, sent, caller, seen }, scope) => {
      known(place.connectionId);
      checkSent(place, sent);
      const contract = await replaceContract(desk, place, async (before) => {
        const version = before?.version ?? 0;
        seen(version);
        return nextContract(deps, { place, sent, before, by: caller.id, version: version + 1 });
      });
      scope.log(escalationEvents.contractEntered, {
        ...place,
        version: contract.version,
        by: caller.id,
      });
      return vehicleAnswer(place, contract);
    },
  };
}

function checkSent({ vehicle }: VehiclePlace, { customers, accessId, contractId }: SentContract): void {
  const misfit = (path: string, message: string) =>
    new AppError('invalid-body', 'See errors for what does not fit.', { errors: [{ path, message }] });
  if (vehicle !== 'customer-own' && customers) throw misfit('customers', 'Only of customer-own.');
  // One row for all of them: whose ids would it be? The customer files, and knows its own.
  if (vehicle === 'customer-own' && (accessId ?? contractId)) {
    throw misfit(accessId ? 'accessId' : 'contractId', "The customer's own ids are not kept.");
  }
}

type Next = {
  place: VehiclePlace;
  sent: SentContract;
  before: Contract | undefined;
  by: string;
  version: number;
};

async function nextContract(
  deps: VehiclesDeps,
  { place, sent, before, by, version }: Next,
): Promise<Contract & { version: number }> {
  const { accessId, contractId, incidentsAsOf, ...plain } = sent;
  const at = toIso(deps.clock.now());
  const ids = {
    accessId: await keptId(deps, { place, which: 'access-id', sent: accessId, before: before?.accessId }),
    contractId: await keptId(deps, { place, which: 'contract-id', sent: contractId, before: before?.contractId }),
  };
  return {
    vehicle: place.vehicle,
    ...plain,
    ...(plain.incidentsLeft !== undefined && { incidentsAsOf: incidentsAsOf ?? at }),
    ...(ids.accessId && { accessId: ids.accessId }),
    ...(ids.contractId && { contractId: ids.contractId }),
    version,
    at,
    by,
  };
}

type Id = {
  place: VehiclePlace;
  which: 'access-id' | 'contract-id';
  sent: SentContract['accessId'];
  before: Contract['accessId'];
};

/** Each value gets a name of its own in the vault, so that a write that is lost or refused touches nothing that is in use. */
async function keptId(deps: VehiclesDeps, { place, which, sent, before }: Id): Promise<Contract['accessId']> {
  if (sent === undefined) return before;
  if (sent === null) return undefined;
  const { value, expiresAt } = sent;
  const until = expiresAt === undefined ? {} : { expiresAt };
  if (value === undefined) {
    if (before) return { secretName: before.secretName, ...until };
    const path = which === 'access-id' ? 'accessId.value' : 'contractId.value';
    throw new AppError('invalid-body', 'See errors for what does not fit.', {
      errors: [{ path, message: 'There is none yet: give its value.' }],
    });
  }
  const secretName = secretNameOf(place, which, deps.ids.newId());
  await deps.versions.put(secretName, value);
  return { secretName, ...until };
}

/** Key Vault takes letters, digits and dashes, 127 at most; the id alone makes it the only one. */
const secretNameOf = ({ connectionId, vehicle }: VehiclePlace, which: string, id: string): string =>
  `vehicle-${connectionId.replaceAll(/[^a-zA-Z0-9-]/g, '-').slice(0, 40)}-${vehicle}-${which}-${id}`;
