import * as z from 'zod';
import { decidedPrioritySchema, impactSchema, prioritySchema } from './priority.ts';
import { pausingStates } from '../statement/statement.ts';
import { categorySchema, externalRefSchema, severitySchema, stateSchema } from './request.ts';
import { triageSchema } from './triage-answer.ts';

/** Who did it: a portal, a person (tenant and object id), or the desk itself. Ids only, never names. */
export const actorSchema = z.object({ kind: z.enum(['portal', 'person', 'desk']), id: z.string() });
export type Actor = z.output<typeof actorSchema>;

export const audienceSchema = z.enum(['internal', 'customer']);

export const firstResponseSchema = z.object({
  dueAt: z.iso.datetime(),
  targetMinutes: z.number(),
  calendar: z.enum(['always', 'business']),
  timeZone: z.string(),
  statementVersion: z.number(),
  /** What the statement promised besides, and when its clocks stand still: frozen with the request. */
  resolution: z.object({ targetMinutes: z.number(), calendar: z.enum(['always', 'business']) }).optional(),
  pausesWhile: z.array(z.enum(pausingStates)).optional(),
});

export const requestEscalationSchema = z.object({
  id: z.string(),
  version: z.number(),
  state: z.string(),
  vehicle: z.string().optional(),
  channel: z.string(),
  caseNumber: z.string().optional(),
});
export type RequestEscalation = z.output<typeof requestEscalationSchema>;

/** What every event says. Free text (comment, reason, note) stands in a content row of the same sequence. */
const everyEvent = {
  requestId: z.string(),
  /** 1 for the creation; the version of the request after the event. */
  sequence: z.number(),
  at: z.iso.datetime(),
  by: actorSchema,
  audience: audienceSchema,
  /** The state after the event. */
  state: stateSchema,
};

const createdFields = {
  portalId: z.string(),
  customerId: z.string(),
  severity: severitySchema,
  category: categorySchema.optional(),
  service: z.string().optional(),
  startedAt: z.string().optional(),
  language: z.string().optional(),
  contactId: z.string(),
  externalRefs: z.array(externalRefSchema),
  triage: triageSchema,
  firstResponse: firstResponseSchema.optional(),
  impact: impactSchema.optional(),
  /** As it was decided last. */
  priority: decidedPrioritySchema.optional(),
};

/** Null takes a value away; a member that is absent leaves it as it is. */
export const changesSchema = z.object({
  assignee: z.string().nullable().optional(),
  team: z.string().nullable().optional(),
  severity: severitySchema.optional(),
  /** A person's word; without one the rules decide. */
  priority: prioritySchema.nullable().optional(),
  category: categorySchema.optional(),
  service: z.string().optional(),
  parent: z.string().nullable().optional(),
  snoozeUntil: z.iso.datetime().nullable().optional(),
  externalRefs: z.array(externalRefSchema).optional(),
  /** Of a parent: a request that was merged into it, and one that no longer is. */
  childMerged: z.string().optional(),
  childParted: z.string().optional(),
});
export type Changes = z.output<typeof changesSchema>;

/** The customer has spoken: a request that was put aside is not any more. */
const endsSnooze = z.literal(true).optional();

export const eventSchema = z.discriminatedUnion('kind', [
  z.object({
    ...everyEvent,
    kind: z.literal('created'),
    ...createdFields,
    source: z.enum(['api', 'hook']),
    bodyHash: z.string(),
  }),
  z.object({ ...everyEvent, kind: z.literal('commented'), endsSnooze }),
  z.object({
    ...everyEvent,
    kind: z.literal('transitioned'),
    from: stateSchema,
    endsSnooze,
    /** The parent whose state the request takes over. */
    follows: z.string().optional(),
    /** The parent that the request, reopened, no longer belongs to. */
    leaves: z.string().optional(),
  }),
  z.object({
    ...everyEvent,
    kind: z.literal('changed'),
    changes: changesSchema,
    /** The values before, of what lists are kept by. */
    before: z.object({
      assignee: z.string().optional(),
      service: z.string().optional(),
      parent: z.string().optional(),
    }),
    triage: triageSchema.optional(),
    impact: impactSchema.optional(),
    firstResponse: firstResponseSchema.optional(),
    /** The person who sent it was erased. A member of a kind that the version before knows, so that it can read the timeline. */
    erased: z.object({ reference: z.string().optional() }).optional(),
    priority: decidedPrioritySchema.optional(),
  }),
  z.object({
    ...everyEvent,
    kind: z.literal('escalated'),
    from: stateSchema,
    what: z.enum(['started', 'changed', 'closed']),
    escalation: requestEscalationSchema,
  }),
]);
export type RequestEvent = z.output<typeof eventSchema>;
export type CreatedEvent = Extract<RequestEvent, { kind: 'created' }>;

const momentSchema = z.object({ at: z.string(), sequence: z.number() });

/** The request now: a fold of its events. */
export const headSchema = z.object({
  id: z.string(),
  state: stateSchema,
  version: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
  ...createdFields,
  assignee: z.string().optional(),
  team: z.string().optional(),
  saidPriority: prioritySchema.optional(),
  parent: z.string().optional(),
  /** Requests that are merged into this one; may lag behind by seconds. */
  children: z.array(z.string()).optional(),
  /** The event that brought the state, and the state before. */
  entered: momentSchema
    .extend({
      from: stateSchema.optional(),
      /** The end of a case at Microsoft brought it, not a person. */
      byCase: z.literal(true).optional(),
    })
    .optional(),
  /** When the customer last heard from a person, and the desk from the customer after the creation. */
  told: momentSchema.optional(),
  heard: momentSchema.optional(),
  /** When the last news of an escalation came. */
  newsAt: z.string().optional(),
  /** `saidAt` is the sequence of the event whose content row holds the reason. */
  snooze: z.object({ until: z.string(), saidAt: z.number() }).optional(),
  /** The latest escalation. */
  escalation: requestEscalationSchema.optional(),
  /** Every escalation this request was part of, oldest first. */
  escalationIds: z.array(z.string()),
  /** When its texts were last erased. */
  erasedAt: z.string().optional(),
});
export type Head = z.output<typeof headSchema>;
