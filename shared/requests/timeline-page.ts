import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { RequestStore } from './request-store.ts';
import { timelineEntrySchema, timelineFor } from './timeline.ts';

export const timelinePageSchema = z
  .object({ items: z.array(timelineEntrySchema), nextCursor: z.string().optional() })
  .meta({ id: 'RequestTimeline' });
export type TimelinePage = z.output<typeof timelinePageSchema>;

export type TimelineQuery = { limit?: number | undefined; cursor?: string | undefined };

type Wanted = { caller: Caller; id: string; query: TimelineQuery };

/**
 * One page of a request's timeline, oldest first, however long it is. What is not for the caller counts too, so that a page may be short or
 * empty and yet have a cursor. Without a limit it is the largest page.
 */
export async function timelinePage(store: RequestStore, { caller, id, query }: Wanted): Promise<TimelinePage> {
  const { limit = limits.pageSizeMax, cursor } = query;
  const bound = { timeline: id, caller: caller.id };
  const from = cursor === undefined ? 1 : sequenceIn(decodeCursor(bound, cursor));
  // One more than is wanted tells whether there is more.
  const { events, notes } = await store.readTimeline(id, { from, count: limit + 1 });
  const items = timelineFor(caller, events.slice(0, limit), notes);
  return { items, ...(events.length > limit && { nextCursor: encodeCursor(bound, String(from + limit)) }) };
}

function sequenceIn(at: string): number {
  if (/^[1-9]\d{0,5}$/.test(at)) return Number(at);
  throw new AppError('invalid-cursor', 'Use the nextCursor of an answer, for the same request.');
}
