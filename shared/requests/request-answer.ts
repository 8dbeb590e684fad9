import { versionTag } from '../platform/if-match.ts';
import * as z from 'zod';
import { hashOf } from '../core/hash.ts';
import { attachmentsSchema } from './attachment.ts';
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
import { triageSchema } from './triage-answer.ts';

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
    attachments: attachmentsSchema.optional(),
    assignee: z.string().optional(),
    team: z.string().optional(),
    parent: z.string().optional(),
    snooze: z.object({ until: z.iso.datetime(), reason: z.string() }).optional(),
    nextAction: z.object({ what: z.string(), dueAt: z.iso.datetime() }).optional(),
    triage: triageSchema,
    escalation: requestEscalationSchema.omit({ version: true }).optional(),
  })
  .meta({ id: 'Request' });
export type RequestAnswer = z.output<typeof requestSchema>;

/** One person at one customer: the same id whoever reports, and no name in it. */
export const contactIdOf = (customerId: string, email: string): string =>
  `p${hashOf('contact', customerId, email.toLowerCase()).slice(0, 20)}`;

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
    triage: head.triage,
    escalation: escalation && shownEscalation(escalation),
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
