import * as z from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { encodeKey } from '../core/key.ts';
import { troubleSchema } from '../customers/coverage.ts';
import { createRelay, type Leg, type Relay, type RelayDeps } from '../customers/relay.ts';
import { packText, unpackText } from '../platform/packed.ts';
import { rowKind } from '../platform/row.ts';
import type { Row, Table, TableOp } from '../platform/table.ts';

const headSchema = z.object({
  generation: z.number(),
  dueAt: z.string(),
  connectionId: z.string(),
  shard: z.number(),
  /** When the last reading began: the "last good" of every tenant without trouble. Absent before the first. */
  cycleAt: z.string().optional(),
  /** Some were not asked in the last reading: the next goes on with those and keeps `cycleAt`. */
  isUnfinished: z.boolean().optional(),
});
export type MessageCenterHead = Omit<z.output<typeof headSchema>, keyof Leg>;

const headRow = rowKind(headSchema);
export const messageCenterHeadOf = (row: Row): MessageCenterHead & Leg => headRow.fromRow(row);

/** Message center of a health shard: a partition of its own. Who is read stands with the shard's service health. */
export const messageCenterPartition = (connectionId: string, shard: number): string =>
  `messages|${encodeKey(connectionId)}|${String(shard)}`;

export const messageCenterRelay = (deps: RelayDeps): Relay<MessageCenterHead> =>
  createRelay<MessageCenterHead>(deps, {
    table: 'health',
    head: headRow,
    body: ({ connectionId, shard }) => ({ kind: 'message-center', connectionId, shard }),
  });

/** `good`: `cycle` when the last reading brought the tenant, else the time (ISO) of its last good one. */
const tenantSchema = z.object({
  good: z.string().optional(),
  trouble: troubleSchema.optional(),
  /** Microsoft asked not to be called about this tenant before. */
  notBefore: z.string().optional(),
});
export type TenantFeed = z.output<typeof tenantSchema>;

/** By customer id. */
const feedsSchema = z.record(z.string(), tenantSchema);
export type TenantFeeds = z.output<typeof feedsSchema>;

const knownSchema = z.object({
  revision: z.string(),
  endsAt: z.string().optional(),
  /** Its incident is closed because its time came. */
  isOver: z.boolean().optional(),
  /** Ids of the customers that listed it. */
  customers: z.array(z.string()),
});
export type KnownMessage = z.output<typeof knownSchema>;

/** By message id: what was recorded already, so that the same posts cost nothing. */
const knownMessagesSchema = z.record(z.string(), knownSchema);
export type KnownMessages = z.output<typeof knownMessagesSchema>;

/** Behind what a relay reads: only a reading of posts needs it. */
const knownKey = 'Z';

const unpacked = <T>(row: Row | undefined, schema: z.ZodType<T>): T =>
  schema.parse(row ? JSON.parse(unpackText(row.columns)) : {});

export const feedsOf = (state: Row | undefined): TenantFeeds => unpacked(state, feedsSchema);

export const readKnownMessages = async (table: Table, pk: string): Promise<KnownMessages> =>
  unpacked(await table.get(pk, knownKey), knownMessagesSchema);

type Remembered = { feeds: TenantFeeds; known: KnownMessages };

/** What of the two must be written: in the quiet case neither. */
export const rememberOps = (before: Remembered, after: Remembered): TableOp[] => [
  ...changedOp('S', before.feeds, after.feeds),
  ...changedOp(knownKey, before.known, after.known),
];

function changedOp(rk: string, before: unknown, after: unknown): TableOp[] {
  const text = canonicalJson(after);
  return text === canonicalJson(before) ? [] : [{ kind: 'upsert', rk, columns: { v: 1, ...packText(text) } }];
}
