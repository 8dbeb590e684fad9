import * as z from 'zod';
import type { Access } from '../core/caller.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { pagingQuery } from '../platform/route.ts';
import type { Table } from '../platform/table.ts';
import { contactIdSchema, contactPartition, runKey, runRow } from './contact-rows.ts';
import { recordItemSchema, recordPage } from './erasure-record.ts';

const erasureSchema = z
  .object({
    contactId: z.string(),
    state: z.enum(['running', 'done']),
    items: z.array(recordItemSchema),
    nextCursor: z.string().optional(),
  })
  .meta({ id: 'Erasure' });
type Erasure = z.output<typeof erasureSchema>;

/** How far the erasure of a person is, and a page of its record. Throws `not-found` where nobody asked for one. */
export function createReadErasure({ table }: { table: Table }) {
  return async (
    contactId: string,
    { limit = limits.pageSizeDefault, cursor }: { limit?: number | undefined; cursor?: string | undefined } = {},
  ): Promise<Erasure> => {
    const row = await table.get(contactPartition(contactId), runKey(contactId));
    if (row === undefined) throw notFound();
    const bound = { list: 'erasure', contactId };
    const after = cursor === undefined ? undefined : decodeCursor(bound, cursor);
    const { items, next } = await recordPage(table, contactId, { after, limit });
    const { state } = runRow.fromRow(row);
    return { contactId, state, items, ...(next !== undefined && { nextCursor: encodeCursor(bound, next) }) };
  };
}

const access: Access = { portals: false, role: 'Desk.Admin' };
const params = z.object({ id: contactIdSchema });

export const eraseContact = {
  name: 'eraseContact',
  method: 'DELETE',
  path: 'api/contacts/{id}',
  summary:
    'Erase a person (`contact.id` of a request): texts and personal data of all its requests. The record says what had left. Refused while a case is still to be filed, unless `force=true`, which takes that case back',
  access,
  params,
  query: z.strictObject({
    force: z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional(),
    /** The caller's own name of the case, never a person's. */
    reference: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .optional(),
  }),
  answers: {
    200: {
      description: 'Erased; the record. Again: the same record, and what has come since is erased too',
      schema: erasureSchema,
    },
    202: { description: 'Under way', schema: erasureSchema, headers: { Location: 'Where to read how far it is.' } },
  },
  errors: ['erasure-blocked'],
} as const;

export const readErasure = {
  name: 'readErasure',
  method: 'GET',
  path: 'api/contacts/{id}',
  summary: 'How far the erasure of a person is, and the record of what had left the desk',
  access,
  params,
  query: z.strictObject(pagingQuery),
  answers: { 200: { description: 'A page of the record', schema: erasureSchema } },
  errors: ['invalid-cursor'],
} as const;
