import * as z from 'zod';
import { conditionalAnswers as answers } from '../platform/conditional.ts';
import { pagingQuery } from '../platform/route.ts';
import { customerLinksSchema } from './customer-links.ts';
import { customerPageSchema, customerViewSchema } from './customer-queries.ts';
import { directoryDefaultsSchema } from './directory-defaults.ts';
import { customerPatchSchema } from './set-excluded.ts';
import { importedRefsSchema } from './import-refs.ts';
import { refsBodySchema } from './set-refs.ts';
import { ambiguousRefsSchema } from './ambiguous-refs.ts';

const params = z.object({ id: z.string().max(64) });
const reads = { portals: true, role: 'Desk.Read' } as const;
const administers = { portals: false, role: 'Desk.Admin' } as const;

export const listCustomers = {
  name: 'listCustomers',
  method: 'GET',
  path: 'api/customers',
  summary: 'The directory, in order of id, with delegated access and coverage',
  access: reads,
  query: z.strictObject(pagingQuery),
  answers: answers('A page', customerPageSchema),
  errors: ['invalid-cursor'],
} as const;

export const readCustomer = {
  name: 'readCustomer',
  method: 'GET',
  path: 'api/customers/{id}',
  summary: 'One customer, with the way the desk reads it and what stands in the way',
  access: reads,
  params,
  answers: answers('The customer', customerViewSchema),
} as const;

export const setCustomerRefs = {
  name: 'setCustomerRefs',
  method: 'PUT',
  path: 'api/customers/{id}/refs',
  summary: 'Replaces the ids under which portals and PSA tools know a customer; others may have the same ones',
  access: administers,
  params,
  body: refsBodySchema,
  answers: {
    200: {
      description:
        'The customer, and which of its references a portal cannot use since several of its customers have them',
      schema: customerViewSchema.extend({ ambiguous: ambiguousRefsSchema }).meta({ id: 'CustomerWithRefs' }),
    },
  },
} as const;

export const importCustomerRefs = {
  name: 'importCustomerRefs',
  method: 'POST',
  path: 'api/customers/refs/import',
  summary: 'Adds references from CSV with a header: customerId, tenantId or domain; system; id. All lines or none',
  access: administers,
  textBody: 'text/csv',
  query: z.strictObject({ dryRun: z.enum(['true', 'false']).optional() }),
  answers: { 200: { description: 'What was added, and what a portal cannot use', schema: importedRefsSchema } },
  errors: ['invalid-body', 'unsupported-media-type'],
} as const;

export const listAdminLinks = {
  name: 'listAdminLinks',
  method: 'GET',
  path: 'api/customers/{id}/admin-links',
  summary: 'Management portals by service: which tenant each opens, the least role it needs, and what the cloud lacks',
  access: reads,
  params,
  query: z.strictObject({ service: z.string().max(64).optional(), incidentId: z.string().max(100).optional() }),
  answers: { 200: { description: 'The links', schema: customerLinksSchema } },
} as const;

export const changeCustomer = {
  name: 'changeCustomer',
  method: 'PATCH',
  path: 'api/customers/{id}',
  summary: 'Takes a customer out of polling (it is listed and may send requests), or back in; the last word counts',
  access: administers,
  params,
  body: customerPatchSchema,
  answers: { 200: { description: 'The customer', schema: customerViewSchema } },
} as const;

export const readDirectoryDefaults = {
  name: 'readDirectoryDefaults',
  method: 'GET',
  path: 'api/directory-defaults',
  summary: 'Whether customers that the directory finds are polled at once',
  access: administers,
  answers: { 200: { description: 'The defaults', schema: directoryDefaultsSchema } },
} as const;

export const setDirectoryDefaults = {
  name: 'setDirectoryDefaults',
  method: 'PUT',
  path: 'api/directory-defaults',
  summary: 'Decides about customers that the directory will find; those that are there stay as they are',
  access: administers,
  body: directoryDefaultsSchema,
  answers: { 200: { description: 'The defaults', schema: directoryDefaultsSchema } },
} as const;
