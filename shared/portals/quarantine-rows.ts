import * as z from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { hashOf } from '../core/hash.ts';
import { encodeKey, newestFirst } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import { writeOver, type Row, type Table, type TableOp } from '../platform/table.ts';

/**
 * Partition of table `portals`: `Q|id` heads, which stay, so that a repeat gets its first answer; `C|id` contents (free text and
 * personal data) of what is open, or why it was discarded; `L|time|id` and `P|portal|time|id` what is open, newest first; `S|contact|id`
 * who sent it; `N|portal` how many are open.
 */
export const quarantinePartition = 'quarantine';

export const quarantineStates = ['open', 'assigned', 'discarded'] as const;

const headSchema = z.object({
  id: z.string(),
  portalId: z.string(),
  webhookId: z.string(),
  type: z.string(),
  bodyHash: z.string(),
  receivedAt: z.iso.datetime(),
  /** Absent: open. */
  state: z.enum(quarantineStates).optional(),
  resolvedAt: z.iso.datetime().optional(),
  /** The person (tenant and object id). */
  resolvedBy: z.string().optional(),
  requestId: z.string().optional(),
  /** The request that a change is being brought onto: said before it is done. */
  towards: z.string().optional(),
  customerId: z.string().optional(),
  remembered: z.boolean().optional(),
});
export type QuarantineHead = z.output<typeof headSchema>;

export const headRow = rowKind(headSchema);
export const contentRow = rowKind(z.object({ id: z.string() }));
const counterRow = rowKind(z.object({ open: z.number().int().min(0) }));

export const quarantineIdOf = ({ portalId, webhookId }: { portalId: string; webhookId: string }): string =>
  hashOf('quarantine', portalId, webhookId).slice(0, 26);

export const hashOfBody = (body: unknown): string => hashOf(canonicalJson(body));

export const headKey = (id: string): string => `Q|${encodeKey(id)}`;
export const contentKey = (id: string): string => `C|${encodeKey(id)}`;

/** Where a list begins: of one portal, or of all. */
export const listPrefix = (portalId: string | undefined): string =>
  portalId === undefined ? 'L|' : `P|${encodeKey(portalId)}|`;

/** The keys of an open one on both lists. */
export function listKeys({ id, portalId, receivedAt }: QuarantineHead): string[] {
  const position = `${newestFirst(Date.parse(receivedAt))}|${id}`;
  return [listPrefix(undefined), listPrefix(portalId)].map((prefix) => prefix + position);
}

/** How many of a portal's are open, and the step that makes it another number. */
export async function readOpen(
  table: Table,
  portalId: string,
): Promise<{ open: number; to: (open: number) => TableOp }> {
  const rk = `N|${encodeKey(portalId)}`;
  const before = await table.get(quarantinePartition, rk);
  const to = (open: number): TableOp => {
    const columns = counterRow.toColumns({ open });
    return writeOver(before, { rk, columns });
  };
  return { open: before === undefined ? 0 : counterRow.fromRow(before).open, to };
}

export type HeldHead = { row: Row; head: QuarantineHead };

export async function readHead(table: Table, id: string): Promise<HeldHead | undefined> {
  const row = await table.get(quarantinePartition, headKey(id));
  return row && { row, head: headRow.fromRow(row) };
}
