import { knownCaller } from '../shared/core/caller.ts';
import * as contracts from '../shared/escalations/vehicle-routes.ts';
import type { VehicleAnswer } from '../shared/escalations/vehicle-answer.ts';
import type { Vehicles } from '../shared/escalations/vehicles.ts';
import { versionMatch, versionTag } from '../shared/platform/if-match.ts';
import { route, type Answer, type Route } from '../shared/platform/route.ts';

const answer = (vehicle: VehicleAnswer): Answer => ({
  status: 200,
  body: vehicle,
  headers: { etag: versionTag(vehicle.version) },
});

/** The support contracts of the partner's connections. */
export const vehicleRoutes = (vehicles: Vehicles): Route[] => [
  route({
    ...contracts.listVehicles,
    handle: async ({ params }) => ({ status: 200, body: { items: await vehicles.list(params.connectionId) } }),
  }),
  route({ ...contracts.readVehicle, handle: async ({ params }) => answer(await vehicles.read(params)) }),
  route({
    ...contracts.replaceVehicle,
    handle: async ({ params, body, headers, caller, scope }) =>
      answer(
        await vehicles.replace(
          { place: params, sent: body, caller: knownCaller(caller), seen: versionMatch(headers, 'contract') },
          scope,
        ),
      ),
  }),
];
