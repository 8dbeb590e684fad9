import { versionTag } from '../platform/if-match.ts';
import * as z from 'zod';
import { priorityOf } from './request-rules.ts';
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
    priority: z.string(),
    contact: contactSchema.extend({ id: z.string() }),
    category: categorySchema.optional(),
    service: z.string().optional(),
    businessImpact: z.string().optional(),
    startedAt: z.string().optional(),
    language: z.string().optional(),
    evidence: z.record(z.string(), z.unknown()).optional(),
    externalRefs: z.array(externalRefSchema),
    assignee: z.string().optional(),
    team: z.string().optional(),
    parent: z.string().optional(),
    snooze: z.object({ until: z.iso.datetime(), reason: z.string() }).optional(),
    nextAction: z.object({ what: z.string(), dueAt: z.iso.datetime() }).optional(),
    triage: triageAnswerSchema,
    escalation: requestEscalationSchema.omit({ version: true }).optional(),
    /** When the person who sent it was erased: its texts say `[erased]` since. */
    erasedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'Request' });
export type RequestAnswer = z.output<typeof requestSchema>;

/** The parts of a sent request that are free text or personal. */
export function contentOf({ title, description, contact, businessImpact, evidence }: SentRequest): Content {
  return { title, description, contact, ...(businessImpact && { businessImpact }), ...(evidence && { evidence }) };
}

/** `snoozeReason` is read only for a request that is snoozed. */
export function answerOf(head: Head, content: Content, snoozeReason = ''): RequestAnswer {
  const { snooze, escalation, firstResponse } = head;
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
    priority: priorityOf(head),
    category: head.category,
    service: head.service,
    startedAt: head.startedAt,
    language: head.language,
    externalRefs: head.externalRefs,
    assignee: head.assignee,
    team: head.team,
    parent: head.parent,
    snooze: snooze && { until: snooze.until, reason: snoozeReason },
    nextAction:
      head.state === 'new' && firstResponse ? { what: 'first-response', dueAt: firstResponse.dueAt } : undefined,
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
