import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { attachmentsSchema } from './attachment.ts';
import { decidedPrioritySchema } from './priority.ts';
import {
  audienceSchema,
  changesSchema,
  firstResponseSchema,
  requestEscalationSchema,
  type RequestEvent,
} from './request-event.ts';
import type { Note } from './request-rows.ts';
import { stateSchema } from './request.ts';
import { triageSchema, type Triage } from './triage-answer.ts';

/** What the desk thought, and why; where to go for it is told with the request. */
const thoughtSchema = triageSchema.pick({
  category: true,
  service: true,
  boundary: true,
  sources: true,
  reasons: true,
  likelyIncidents: true,
});

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
    attachments: attachmentsSchema.optional(),
    changes: changesSchema.optional(),
    escalation: requestEscalationSchema.optional(),
    /** As they were decided then, and why. */
    triage: thoughtSchema.optional(),
    priority: decidedPrioritySchema.optional(),
    firstResponse: firstResponseSchema.optional(),
    /** The parent whose state the request took over, or that it left when it was reopened. */
    follows: z.string().optional(),
    leaves: z.string().optional(),
    /** The customer spoke, so the request is not put aside any more; for people. */
    endsSnooze: z.boolean().optional(),
  })
  .meta({ id: 'TimelineEntry' });
export type TimelineEntry = z.output<typeof timelineEntrySchema>;

/** What of a change is the desk's own business. */
const internalChanges = ['assignee', 'team', 'snoozeUntil', 'childMerged', 'childParted'] as const;

/** Whether an event is for the customer too: a change is, where it is not all the desk's own business. */
export const audienceOfChanges = (changes: object): 'internal' | 'customer' =>
  Object.keys(changes).every((name) => internalChanges.some((internal) => internal === name)) ? 'internal' : 'customer';

/** The events that this caller may see, as it may see them. `notes` are texts by sequence. */
export function timelineFor(
  caller: Caller,
  events: readonly RequestEvent[],
  notes: ReadonlyMap<number, Note>,
): TimelineEntry[] {
  const all = caller.kind === 'person';
  return events
    .filter((event) => all || event.audience === 'customer')
    .map((event) => entryOf(event, notes.get(event.sequence)))
    .map((entry) => (all ? entry : forPortal(entry)));
}

/** What of an event stands in its entry as it is. */
const shownAsIs = ['from', 'priority', 'firstResponse', 'follows', 'leaves', 'endsSnooze', 'escalation'] as const;

function entryOf(event: RequestEvent, note?: Note): TimelineEntry {
  const given = new Map<string, unknown>(Object.entries(event));
  return {
    sequence: event.sequence,
    kind: event.kind,
    at: event.at,
    by: event.by,
    audience: event.audience,
    state: event.state,
    ...Object.fromEntries(shownAsIs.flatMap((name) => (given.has(name) ? [[name, given.get(name)]] : []))),
    ...note,
    ...(event.kind === 'changed' && !event.erased && { changes: event.changes }),
    ...('erased' in event && event.erased && erasedEntry(event.erased)),
    ...('triage' in event && event.triage && { triage: thoughtOf(event.triage) }),
  };
}

const erasedEntry = ({ reference }: { reference?: string | undefined }) => ({
  kind: 'erased' as const,
  text: `The person who sent this asked to be erased${reference === undefined ? '' : ` (${reference})`}.`,
});

const thoughtOf = ({ category, service, boundary, sources, reasons, likelyIncidents }: Triage) => ({
  category,
  service,
  boundary,
  sources,
  reasons,
  likelyIncidents,
});

/** Notes of an escalation, and why a request was put aside, are the desk's own; whatever else is said stands in comments and reasons. */
const internalTexts: readonly TimelineEntry['kind'][] = ['escalated', 'changed'];

function forPortal({ text, ...whole }: TimelineEntry): TimelineEntry {
  const entry = { ...whole, endsSnooze: undefined };
  const said = text === undefined || internalTexts.includes(entry.kind) ? {} : { text };
  const by = entry.by.kind === 'portal' ? entry.by : { kind: entry.by.kind };
  if (entry.changes === undefined) return { ...entry, ...said, by };
  const { severity, priority, category, service, parent, externalRefs } = entry.changes;
  return { ...entry, ...said, by, changes: { severity, priority, category, service, parent, externalRefs } };
}
