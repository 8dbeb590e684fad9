import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { products } from './product.ts';
import {
  dutyContactSchema,
  ownContractSchema,
  responseHoursSchema,
  vehicles,
  type Contract,
  type Vehicle,
} from './vehicle.ts';

const instant = z.iso.datetime();

/** Ids as Microsoft gives them: short, without blanks at the ends. */
const idText = z.string().trim().min(1).max(limits.secretCharacters);
const sentId = z
  .strictObject({
    value: idText.optional().describe('Goes to the vault; left out: the one that is there stays.'),
    expiresAt: instant.optional(),
  })
  .nullable()
  .optional();

/** A contract as an administrator enters it. What is left out is not limited; an id that is left out stays, null takes it away. */
export const sentContractSchema = z
  .strictObject({
    expiresAt: instant.optional(),
    products: z.array(z.enum(products)).min(1).max(products.length).optional(),
    incidentsLeft: z.int().min(0).max(1_000_000).optional(),
    incidentsAsOf: instant.optional().describe('When somebody read the number of incidents; left out: now.'),
    responseHours: responseHoursSchema.optional(),
    source: z.string().min(1).max(limits.urlCharacters).optional().describe('Where the hours stand.'),
    asOf: z.string().min(4).max(40).optional().describe('The date of that text.'),
    accessId: sentId,
    contractId: sentId,
    phoneRoute: z.string().min(1).max(limits.urlCharacters).optional(),
    dutyContact: dutyContactSchema.optional(),
    customers: z.array(ownContractSchema).max(250).optional().describe('Of customer-own: whose it is.'),
  })
  .refine(({ responseHours, source, asOf }) => !responseHours || (source !== undefined && asOf !== undefined), {
    path: ['source'],
    message: 'Response hours need the source that promises them and its date (asOf).',
  });
export type SentContract = z.output<typeof sentContractSchema>;

const shownId = z.object({ isThere: z.literal(true), expiresAt: instant.optional() }).optional();

/** A contract as it is shown: never the ids themselves. Version 0: nobody has entered it by this interface. */
export const vehicleSchema = z
  .object({
    connectionId: z.string(),
    vehicle: z.enum(vehicles),
    version: z.int(),
    isRecorded: z.boolean(),
    at: instant.optional(),
    by: z.string().optional(),
    expiresAt: instant.optional(),
    products: z.array(z.enum(products)).optional(),
    incidentsLeft: z.int().optional(),
    incidentsAsOf: instant.optional(),
    responseHours: responseHoursSchema.optional(),
    source: z.string().optional(),
    asOf: z.string().optional(),
    accessId: shownId,
    contractId: shownId,
    phoneRoute: z.string().optional(),
    dutyContact: dutyContactSchema.optional(),
    customers: z.array(ownContractSchema).optional(),
  })
  .meta({ id: 'Vehicle' });
export type VehicleAnswer = z.output<typeof vehicleSchema>;

export const vehicleListSchema = z.object({ items: z.array(vehicleSchema) }).meta({ id: 'Vehicles' });

export type VehiclePlace = { connectionId: string; vehicle: Vehicle };

export function vehicleAnswer({ connectionId, vehicle }: VehiclePlace, contract: Contract | undefined): VehicleAnswer {
  const { accessId, contractId, version = 0, ...rest } = contract ?? { vehicle };
  const shown = (id: Contract['accessId']) =>
    id && { isThere: true as const, ...(id.expiresAt !== undefined && { expiresAt: id.expiresAt }) };
  const ids = { accessId: shown(accessId), contractId: shown(contractId) };
  return {
    connectionId,
    ...rest,
    version,
    isRecorded: contract !== undefined,
    ...(ids.accessId && { accessId: ids.accessId }),
    ...(ids.contractId && { contractId: ids.contractId }),
  };
}
