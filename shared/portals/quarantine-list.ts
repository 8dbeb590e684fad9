import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { AppError, notFound } from '../core/errors.ts';
import { afterPrefix } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { unpackText } from '../platform/packed.ts';
import { firstRows, type Table } from '../platform/table.ts';
import {
  contentKey,
  headRow,
  listPrefix,
  quarantinePartition,
  quarantineStates,
  readHead,
  type QuarantineHead,
} from './quarantine-rows.ts';

/** As sent, and as far as it says so: what is kept here was never believed. */
const sentSchema = z.object({
  customer: z.record(z.string(), z.unknown()).optional(),
  title: z.string().optional(),
  requestId: z.string().optional(),
  externalRef: z.record(z.string(), z.unknown()).optional(),
});

const quarantinedSchema = z
  .object({
    id: z.string(),
    portalId: z.string(),
    type: z.string(),
    receivedAt: z.iso.datetime(),
    state: z.enum(quarantineStates),
    /** How the sender named its customer. */
    customer: sentSchema.shape.customer,
    title: z.string().optional(),
    /** How the sender named the request, where it is about one. */
    request: sentSchema.pick({ requestId: true, externalRef: true }).optional(),
    resolvedAt: z.iso.datetime().optional(),
    /** What it became, or belongs to. */
    requestId: z.string().optional(),
  })
  .meta({ id: 'Quarantined' });
type QuarantinedItem = z.output<typeof quarantinedSchema>;

/** One of them, with all that was sent while it is open, or why it was discarded. */
export const quarantinedDetailSchema = quarantinedSchema
  .extend({ data: z.unknown().optional(), reason: z.string().optional() })
  .meta({ id: 'QuarantinedDetail' });

export const quarantinePageSchema = z
  .object({ items: z.array(quarantinedSchema), nextCursor: z.string().optional() })
  .meta({ id: 'QuarantinePage' });

export type QuarantineQuery = {
  portalId?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
};

const bodySchema = z.object({ data: z.unknown() });
const reasonSchema = z.object({ reason: z.string() });
const positionPattern = /^\d{13}\|[a-z2-7]+$/;

/** The text of a content row: the webhook's body while it is open, then `{ reason }` of one that was discarded. */
export async function readContent(table: Table, id: string): Promise<unknown> {
  const row = await table.get(quarantinePartition, contentKey(id));
  return row && (JSON.parse(unpackText(row.columns)) as unknown);
}

/** What waits for a person: one range read a page, and the content of each of its items. */
export async function listQuarantine(
  table: Table,
  { portalId, limit = limits.pageSizeDefault, cursor }: QuarantineQuery,
): Promise<z.output<typeof quarantinePageSchema>> {
  const bound = { list: 'quarantine', portalId };
  const prefix = listPrefix(portalId);
  const after = cursor === undefined ? '' : `${positionIn(decodeCursor(bound, cursor))}!`;
  const rows = await firstRows(
    table,
    { pk: quarantinePartition, from: prefix + after, to: afterPrefix(prefix) },
    limit + 1,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: await Promise.all(shown.map(async (row) => itemOf(table, headRow.fromRow(row)))),
    ...(rows.length > limit && last && { nextCursor: encodeCursor(bound, last.rk.slice(prefix.length)) }),
  };
}

export async function readQuarantined(table: Table, id: string): Promise<z.output<typeof quarantinedDetailSchema>> {
  const held = await readHead(table, id);
  if (held === undefined) throw notFound();
  const content = await readContent(table, id);
  const item = viewOf(held.head, content);
  const reason = reasonSchema.safeParse(content).data?.reason;
  if (item.state !== 'open') return { ...item, ...(reason !== undefined && { reason }) };
  return { ...item, data: bodySchema.safeParse(content).data?.data };
}

const itemOf = async (table: Table, head: QuarantineHead): Promise<QuarantinedItem> =>
  viewOf(head, await readContent(table, head.id));

function viewOf(head: QuarantineHead, content: unknown): QuarantinedItem {
  const { id, portalId, type, receivedAt, state = 'open', resolvedAt, requestId } = head;
  const sent = sentSchema.safeParse(bodySchema.safeParse(content).data?.data).data ?? {};
  const { customer, title, ...request } = sent;
  return {
    ...{ id, portalId, type, receivedAt, state },
    ...(customer && { customer }),
    ...(title !== undefined && { title }),
    ...(Object.keys(request).length > 0 && { request }),
    ...(resolvedAt !== undefined && { resolvedAt }),
    ...(requestId !== undefined && { requestId }),
  };
}

function positionIn(at: string): string {
  if (positionPattern.test(at)) return at;
  throw new AppError('invalid-cursor', 'Use the nextCursor of an answer, with the same filters.');
}
