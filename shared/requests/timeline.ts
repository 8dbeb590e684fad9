import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { audienceSchema, changesSchema, requestEscalationSchema, type RequestEvent } from './request-event.ts';
import { stateSchema } from './request.ts';

export const timelineEntrySchema = z
  .object({
    sequence: z.number().int(),
    kind: z.enum(['created', 'commented', 'transitioned', 'changed', 'escalated', 'erased']),
    at: z.iso.datetime(),
    /** Portals are not told which person it was. */
    by: z.object({ kind: z.enum(['portal', 'person', 'desk']), id: z.string().optional() }),
    audience: audienceSchema,
    /** After the event. */
    state: stateSchema,
    from: stateSchema.optional(),
    /** The comment, or the reason. */
    text: z.string().optional(),
    changes: changesSchema.optional(),
    escalation: requestEscalationSchema.optional(),
  })
  .meta({ id: 'TimelineEntry' });
export type TimelineEntry = z.output<typeof timelineEntrySchema>;

/** What of a change is the desk's own business. */
const internalChanges = ['assignee', 'team', 'snoozeUntil'] as const;

/** Whether an event is for the customer too: a change is, where it is not all the desk's own business. */
export const audienceOfChanges = (changes: object): 'internal' | 'customer' =>
  Object.keys(changes).every((name) => internalChanges.some((internal) => internal === name)) ? 'internal' : 'customer';

/** The events that this caller may see, as it may see them. `notes` are texts by sequence. */
export function timelineFor(
  caller: Caller,
  events: readonly RequestEvent[],
  notes: ReadonlyMap<number, string>,
): TimelineEntry[] {
  const all = caller.kind === 'person';
  return events
    .filter((event) => all || event.audience === 'customer')
    .map((event) => entryOf(event, notes.get(event.sequence)))
    .map((entry) => (all ? entry : forPortal(entry)));
}

function entryOf(event: RequestEvent, text?: string): TimelineEntry {
  return {
    sequence: event.sequence,
    kind: event.kind,
    at: event.at,
    by: event.by,
    audience: event.audience,
    state: event.state,
    ...('from' in event && { from: event.from }),
    ...(text !== undefined && { text }),
    ...(event.kind === 'changed' && !event.erased && { changes: event.changes }),
    ...('erased' in event && event.erased && erasedEntry(event.erased)),
    ...(event.kind === 'escalated' && { escalation: event.escalation }),
  };
}

const erasedEntry = ({ reference }: { reference?: string | undefined }) => ({
  kind: 'erased' as const,
  text: `The person who sent this asked to be erased${reference === undefined ? '' : ` (${reference})`}.`,
});

/** A portal sees that the case moved on at Microsoft; the note of it is the desk's own. */
function forPortal({ text, ...entry }: TimelineEntry): TimelineEntry {
  const said = text === undefined || entry.kind === 'escalated' ? {} : { text };
  const by = entry.by.kind === 'portal' ? entry.by : { kind: entry.by.kind };
  if (entry.changes === undefined) return { ...entry, ...said, by };
  const { severity, category, service, parent } = entry.changes;
  return { ...entry, ...said, by, changes: { severity, category, service, parent } };
}
