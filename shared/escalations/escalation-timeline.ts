import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { AppError, notFound } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { pagingQuery, type Answer } from '../platform/route.ts';
import { escalationEventSchema, escalationTextSchema } from './escalation.ts';
import { parseEscalationId, readEscalation, readEvents, readText } from './escalation-store.ts';
import type { EscalationDeps } from './ports.ts';

export const timelineQuerySchema = z.strictObject(pagingQuery);

const entrySchema = escalationEventSchema
  .pick({ version: true, at: true, what: true, from: true, state: true, caseNumber: true, by: true, note: true })
  .extend({
    text: escalationTextSchema
      .optional()
      .meta({ description: 'What was written between Microsoft and the partner; gone once it was erased.' }),
  })
  .meta({ id: 'EscalationTimelineEntry' });

export const escalationTimelineSchema = z
  .strictObject({ items: z.array(entrySchema), nextCursor: z.string().optional() })
  .meta({ id: 'EscalationTimeline' });

type Asked = { id: string; query: z.output<typeof timelineQuerySchema>; caller: Caller };

/** One page of what became of an escalation, oldest first, with the texts of people that belong to it. */
export function createEscalationTimeline(deps: Pick<EscalationDeps, 'tables'>) {
  return async ({ id, query, caller }: Asked): Promise<Answer> => {
    const table = deps.tables('escalations');
    if (!parseEscalationId(id) || !(await readEscalation(table, id))) throw notFound();
    const { limit = limits.pageSizeDefault, cursor } = query;
    const bound = { escalationTimeline: id, caller: caller.id };
    const from = cursor === undefined ? 1 : versionIn(decodeCursor(bound, cursor));
    // One more than is wanted tells whether there is more.
    const events = await readEvents(table, id, { from, to: from + limit + 1 });
    const items = await Promise.all(
      events.slice(0, limit).map(async (event) => {
        const { version, at, what, from: before, state, caseNumber, by, note, text: key } = event;
        const text = key === undefined ? undefined : await readText(table, id, key);
        return entrySchema.parse({ version, at, what, from: before, state, caseNumber, by, note, text });
      }),
    );
    const nextCursor = events.length > limit ? encodeCursor(bound, String(from + limit)) : undefined;
    return { status: 200, body: { items, nextCursor } };
  };
}

function versionIn(at: string): number {
  if (/^[1-9]\d{0,5}$/.test(at)) return Number(at);
  throw new AppError('invalid-cursor', 'Use the nextCursor of an answer, for the same escalation.');
}
