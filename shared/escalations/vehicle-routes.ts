import * as z from 'zod';
import type { Access } from '../core/caller.ts';
import { sentContractSchema, vehicleListSchema, vehicleSchema } from './vehicle-answer.ts';
import { vehicles } from './vehicle.ts';

const administers: Access = { portals: false, role: 'Desk.Admin' };

const connectionId = z.string().min(1).max(64);
const params = z.strictObject({ connectionId, vehicle: z.enum(vehicles) });

const answers = {
  200: { description: 'The contract', schema: vehicleSchema, headers: { ETag: 'The version, for If-Match.' } },
};

export const listVehicles = {
  name: 'listVehicles',
  method: 'GET',
  path: 'api/vehicles/{connectionId}',
  summary: 'The support contracts of a partner connection',
  access: administers,
  params: z.strictObject({ connectionId }),
  answers: { 200: { description: 'Every vehicle, recorded or not', schema: vehicleListSchema } },
} as const;

export const readVehicle = {
  name: 'readVehicle',
  method: 'GET',
  path: 'api/vehicles/{connectionId}/{vehicle}',
  summary: 'One support contract: what it covers, until when, and whether its ids are there',
  access: administers,
  params,
  answers,
} as const;

export const replaceVehicle = {
  name: 'replaceVehicle',
  method: 'PUT',
  path: 'api/vehicles/{connectionId}/{vehicle}',
  summary:
    'Enters a support contract anew; its access and contract id go to the vault and are never shown. Wants If-Match',
  access: administers,
  params,
  body: sentContractSchema,
  answers,
  errors: ['etag-mismatch', 'if-match-required'],
} as const;
