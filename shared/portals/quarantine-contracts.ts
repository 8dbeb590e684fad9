import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { pagingQuery } from '../platform/route.ts';
import { quarantinedDetailSchema, quarantinePageSchema } from './quarantine-list.ts';

const administers = { portals: false, role: 'Desk.Admin' } as const;
const params = z.object({ id: z.string().regex(/^[a-z2-7]{1,64}$/) });

const assignmentSchema = z
  .strictObject({
    customerId: z.string().max(64).optional(),
    requestId: z.string().max(64).optional(),
    remember: z.literal(true).optional(),
  })
  .refine(
    ({ customerId, requestId }) => (customerId === undefined) !== (requestId === undefined),
    'give exactly one of customerId and requestId',
  )
  .meta({ id: 'QuarantineAssignment' });

const discardSchema = z
  .strictObject({
    reason: z
      .string()
      .max(limits.reasonCharacters)
      .regex(/\S/, 'must not be blank')
      .refine((text) => text.isWellFormed(), 'must be well-formed Unicode'),
  })
  .meta({ id: 'QuarantineDiscard' });

export const listQuarantined = {
  name: 'listQuarantined',
  method: 'GET',
  path: 'api/quarantine',
  summary: 'Webhooks that could not be mapped and wait for a person, newest first',
  access: administers,
  query: z.strictObject({ portalId: z.string().max(64).optional(), ...pagingQuery }),
  answers: { 200: { description: 'A page', schema: quarantinePageSchema } },
  errors: ['invalid-cursor'],
} as const;

export const readQuarantined = {
  name: 'readQuarantined',
  method: 'GET',
  path: 'api/quarantine/{id}',
  summary: 'One of them, with what was sent while it is open',
  access: administers,
  params,
  answers: { 200: { description: 'As it is now', schema: quarantinedDetailSchema } },
} as const;

export const assignQuarantined = {
  name: 'assignQuarantined',
  method: 'POST',
  path: 'api/quarantine/{id}/assign',
  summary: 'Say whose a quarantined request is (a customer of its portal), or of which request a comment or close is',
  access: administers,
  params,
  body: assignmentSchema,
  answers: {
    200: {
      description:
        'Done, now or before; `remembered` says whether the sender may use its name for this customer from now on',
      schema: z.object({ requestId: z.string(), location: z.string(), remembered: z.boolean().optional() }),
      headers: { Location: 'Of the request.' },
    },
  },
  errors: ['unknown-customer', 'conflict'],
} as const;

export const discardQuarantined = {
  name: 'discardQuarantined',
  method: 'POST',
  path: 'api/quarantine/{id}/discard',
  summary: 'Take a quarantined webhook off the list for good: its text goes, the reason stays',
  access: administers,
  params,
  body: discardSchema,
  answers: { 200: { description: 'As it is now', schema: quarantinedDetailSchema } },
  errors: ['conflict'],
} as const;
