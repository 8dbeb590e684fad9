import { versionTag } from '../platform/if-match.ts';
import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { attachmentsSchema } from './attachment.ts';
import { priorityOf } from './head-priority.ts';
import { nextActionOf, nextActionSchema } from './next-action.ts';
import { prioritySchema } from './priority.ts';
import { requestEscalationSchema, type Head, type RequestEscalation } from './request-event.ts';
import type { Content } from './request-rows.ts';
import {
  categorySchema,
  contactSchema,
  externalRefSchema,
  severitySchema,
  stateSchema,
  type SentRequest,
} from './request.ts';
import { triageAnswerSchema } from './triage-answer.ts';
import { withWorkingList } from './working-list.ts';

/** A support request as the desk answers it. */
export const requestSchema = z
  .object({
    id: z.string(),
    portalId: z.string(),
    /** The desk's own id of the customer. */
    customerId: z.string(),
    state: stateSchema,
    version: z.number().int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    title: z.string(),
    description: z.string(),
    severity: severitySchema,
    /** Of the desk: a person's word, else by rules over severity, category and what is known of the impact. */
    priority: prioritySchema,
    priorityReasons: z.array(z.string()),
    contact: contactSchema.extend({ id: z.string() }),
    category: categorySchema.optional(),
    service: z.string().optional(),
    businessImpact: z.string().optional(),
    startedAt: z.string().optional(),
    language: z.string().optional(),
    evidence: z.record(z.string(), z.unknown()).optional(),
    externalRefs: z.array(externalRefSchema),
    attachments: attachmentsSchema.optional(),
    /** For people, not for portals; so are `team`, `children` and `snooze`. */
    assignee: z.string().optional(),
    team: z.string().optional(),
    /** The request that this one is merged into. */
    parent: z.string().optional(),
    /** The requests that are merged into this one; may lag behind by seconds. */
    children: z.array(z.string()).optional(),
    snooze: z.object({ until: z.iso.datetime(), reason: z.string() }).optional(),
    /** Of every open request: what the desk does next, and until when. */
    nextAction: nextActionSchema.optional(),
    triage: triageAnswerSchema,
    escalation: requestEscalationSchema.omit({ version: true }).optional(),
    /** When the person who sent it was erased: its texts say `[erased]` since. */
    erasedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'Request' });
export type RequestAnswer = z.output<typeof requestSchema>;

/** The parts of a sent request that are free text or personal. */
export function contentOf({ title, description, contact, ...sent }: SentRequest): Content {
  const { businessImpact, evidence, attachments } = sent;
  return {
    ...{ title, description, contact },
    ...(businessImpact && { businessImpact }),
    ...(evidence && { evidence }),
    ...(attachments && { attachments }),
  };
}

/**
 * The request as this caller may know it at a time (ISO 8601). Whom it is assigned to, what else is merged into it and that it is put aside is the
 * desk's own business; a snooze ends by itself.
 */
export function shownTo(caller: Caller, head: Head, at: string): Head {
  const { assignee, team, children, snooze, ...forAll } = head;
  if (caller.kind === 'portal') return forAll;
  return { ...forAll, assignee, team, children, snooze: snooze && snooze.until > at ? snooze : undefined };
}

/** Of a head as it is shown. `snoozeReason` is read only for a request that is snoozed. */
export function answerOf(head: Head, content: Content, snoozeReason = ''): RequestAnswer {
  const { snooze, escalation, children = [] } = head;
  const priority = priorityOf(head);
  return {
    id: head.id,
    portalId: head.portalId,
    customerId: head.customerId,
    state: head.state,
    version: head.version,
    createdAt: head.createdAt,
    updatedAt: head.updatedAt,
    ...content,
    contact: { id: head.contactId, ...content.contact },
    severity: head.severity,
    priority: priority.value,
    priorityReasons: priority.reasons,
    category: head.category,
    service: head.service,
    startedAt: head.startedAt,
    language: head.language,
    externalRefs: head.externalRefs,
    assignee: head.assignee,
    team: head.team,
    parent: head.parent,
    children: children.length === 0 ? undefined : children,
    snooze: snooze && { until: snooze.until, reason: snoozeReason },
    nextAction: nextActionOf(head),
    triage: withWorkingList(head.triage, content.evidence),
    escalation: escalation && shownEscalation(escalation),
    erasedAt: head.erasedAt,
  };
}

const shownEscalation = ({ id, state, vehicle, channel, caseNumber }: RequestEscalation) => ({
  id,
  state,
  vehicle,
  channel,
  caseNumber,
});

export const etagOf = versionTag;
