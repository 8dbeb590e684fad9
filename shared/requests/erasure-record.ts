import * as z from 'zod';
import { afterPrefix } from '../core/key.ts';
import { packText, unpackText } from '../platform/packed.ts';
import { rowKind } from '../platform/row.ts';
import { firstRows, type Row, type Table, type TableOp } from '../platform/table.ts';
import { contactPartition, recordPrefix } from './contact-rows.ts';
import { actorSchema } from './request-event.ts';

const time = z.iso.datetime();

const microsoftSchema = z.object({
  escalationId: z.string(),
  state: z.string(),
  vehicle: z.string().optional(),
  channel: z.string(),
  caseNumber: z.string().optional(),
  filedAt: time.optional(),
  filed: z.enum(['yes', 'maybe', 'no']),
});

const noticeSchema = z.object({ id: z.string(), type: z.string(), state: z.string(), at: time });

const reasonSchema = z.object({ code: z.string(), text: z.string(), remedy: z.string(), escalationId: z.string() });
export type ErasureReason = z.output<typeof reasonSchema>;

/** What an erasure found of one request or quarantined webhook, written down before it was blanked. Ids, states and times. */
export const recordItemSchema = z
  .object({
    what: z.enum(['request', 'quarantined']),
    id: z.string(),
    at: time,
    by: actorSchema,
    reference: z.string().optional(),
    portalId: z.string().optional(),
    /** As it was at that time. */
    microsoft: z.array(microsoftSchema),
    /** Webhooks that were sent to the portal: they carry ids alone. */
    notices: z.array(noticeSchema),
    /** Why it was not erased. */
    kept: z.array(reasonSchema).optional(),
  })
  .meta({ id: 'ErasureRecordItem' });
export type RecordItem = z.output<typeof recordItemSchema>;

/** The lists are packed: a request may have told a portal a great deal. */
const itemRow = rowKind(z.object({ id: z.string() }));

export const recordOp = (contactId: string, item: RecordItem): TableOp => ({
  kind: 'upsert',
  rk: `${recordPrefix(contactId)}${item.id}`,
  columns: { ...itemRow.toColumns({ id: item.id }), ...packText(JSON.stringify(item)) },
});

const itemOf = (row: Row): RecordItem => recordItemSchema.parse(JSON.parse(unpackText(row.columns)));

/** The first `limit` items after one of that id, and whether there are more. */
export async function recordPage(
  table: Table,
  contactId: string,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<{ items: RecordItem[]; next: string | undefined }> {
  const prefix = recordPrefix(contactId);
  const from = after === undefined ? prefix : `${prefix}${after}!`;
  const rows = await firstRows(table, { pk: contactPartition(contactId), from, to: afterPrefix(prefix) }, limit + 1);
  const items = rows.slice(0, limit).map(itemOf);
  return { items, next: rows.length > limit ? items.at(-1)?.id : undefined };
}
