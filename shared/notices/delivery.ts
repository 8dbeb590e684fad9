import * as z from 'zod';
import { hashOf, shardOf } from '../core/hash.ts';
import { encodeKey } from '../core/key.ts';
import type { Wake } from '../platform/outbox.ts';
import { packText } from '../platform/packed.ts';
import { rowKind } from '../platform/row.ts';
import type { Columns } from '../platform/table.ts';

/**
 * One notice to one portal. `pending` until the portal took it (`delivered`), said that it never will (`gone`), let every try
 * fail (`given-up`), or has no endpoint any more (`skipped`).
 */
const deliverySchema = z.object({
  eventId: z.string(),
  portalId: z.string(),
  type: z.string(),
  state: z.enum(['pending', 'delivered', 'given-up', 'gone', 'skipped']),
  /** Tries so far. */
  tries: z.number().int().min(0),
  createdAt: z.iso.datetime(),
  lastTryAt: z.iso.datetime().optional(),
  nextTryAt: z.iso.datetime().optional(),
  closedAt: z.iso.datetime().optional(),
  lastStatus: z.number().int().optional(),
  /** Why the last try failed, in the desk's own words. */
  lastTrouble: z.string().optional(),
});
export type Delivery = z.output<typeof deliverySchema>;

export const deliveryRow = rowKind(deliverySchema);

/** The whole row: the delivery, and the body that every try sends. */
export const deliveryColumns = (delivery: Delivery, body: string): Columns => ({
  ...deliveryRow.toColumns(delivery),
  ...packText(body),
});

/** All deliveries of an event share a partition of table `deliveries`. */
export const deliveryPartition = (eventId: string): string => String(shardOf(hashOf(eventId))).padStart(2, '0');

type DeliveryName = Pick<Delivery, 'eventId' | 'portalId'>;

export const deliveryKey = ({ eventId, portalId }: DeliveryName): string =>
  `D|${encodeKey(eventId)}|${encodeKey(portalId)}`;

/** What the message of a try carries. */
export const deliveryNameSchema = z.object({ eventId: z.string(), portalId: z.string() });

/** The wake of the next try: one per delivery and count of tries. */
export const deliveryWake = ({ eventId, portalId, tries }: Delivery, dueAt: number): Wake => ({
  id: `${encodeKey(portalId)}|${encodeKey(eventId)}|${String(tries)}`,
  queue: 'deliveries',
  dueAt,
  body: { eventId, portalId },
});
