import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { toIso, type Clock } from '../core/clock.ts';
import type { Scope } from '../platform/telemetry.ts';
import { firstResponseDue } from '../statement/first-response.ts';
import type { Statement } from '../statement/statement.ts';
import { priorityNow } from './head-priority.ts';
import type { Precondition } from './if-match.ts';
import { checkMerge } from './merge-rules.ts';
import { changeOnce } from './once.ts';
import type { CustomersPort } from './ports.ts';
import { prioritySchema } from './priority.ts';
import type { RequestAnswer } from './request-answer.ts';
import type { Changes, Head, RequestEvent } from './request-event.ts';
import { answerFrom } from './request-queries.ts';
import { actorOf } from './request-rules.ts';
import type { RequestStore } from './request-store.ts';
import { categorySchema, externalRefsSchema, requestIdSchema, serviceSchema, severitySchema } from './request.ts';
import { checkOpen, checkSnooze, snoozeSchema } from './snooze.ts';
import { thoughtOf, type ThoughtDeps } from './thought.ts';
import { audienceOfChanges } from './timeline.ts';

/** An id, not an address: whom a request is assigned to is part of keys. */
const assigneeSchema = z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/);

/** Null takes a value away. */
export const amendSchema = z
  .strictObject({
    assignee: assigneeSchema.nullable().optional(),
    team: assigneeSchema.nullable().optional(),
    severity: severitySchema.optional(),
    /** A person's word wins over the rules, until null takes it back. */
    priority: prioritySchema.nullable().optional(),
    category: categorySchema.optional(),
    service: serviceSchema.optional(),
    parent: requestIdSchema.nullable().optional(),
    /** All of them: what is not named is taken away. */
    externalRefs: externalRefsSchema.optional(),
    snooze: snoozeSchema.nullable().optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'name at least one thing to change')
  .meta({ id: 'RequestAmendment' });
export type Amendment = z.output<typeof amendSchema>;

export type AmendDeps = ThoughtDeps & {
  store: RequestStore;
  clock: Pick<Clock, 'now'>;
  customers: CustomersPort;
  currentStatement: () => Promise<Statement>;
};

/** A person at the desk corrects or assigns a request; what follows from it (boundary, first response, priority) follows at once. */
export function createAmend(deps: AmendDeps) {
  const { store, clock } = deps;
  return async (
    asked: { caller: Caller; requestId: string; body: Amendment; seen: Precondition },
    scope: Scope,
  ): Promise<RequestAnswer> => {
    const { caller, requestId, body, seen } = asked;
    if (body.snooze) checkSnooze(body.snooze, clock.now());
    const parent = typeof body.parent === 'string' ? await store.readHead(body.parent) : undefined;
    const { head } = await changeOnce(store, { caller, requestId, route: 'amend', body, scope }, async (before) => {
      seen(before.version);
      if (typeof body.parent === 'string') checkMerge(before, parent);
      if (body.snooze) checkOpen(before);
      return { by: actorOf(caller), event: await eventFor(deps, before, body), note: body.snooze?.reason };
    });
    return answerFrom(store, head, { caller, at: head.updatedAt });
  };
}

type ChangedEvent = Omit<Extract<RequestEvent, { kind: 'changed' }>, 'requestId' | 'sequence' | 'at' | 'by'>;

async function eventFor(deps: AmendDeps, before: Head, { snooze, ...fields }: Amendment): Promise<ChangedEvent> {
  const changes: Changes = { ...fields, ...(snooze !== undefined && { snoozeUntil: snooze?.until ?? null }) };
  const firstResponse = await newFirstResponse(deps, before, fields.severity);
  const thought = await newThought(deps, before, { ...fields, dueAt: firstResponse?.dueAt });
  return {
    kind: 'changed',
    audience: audienceOfChanges(changes),
    state: before.state,
    changes,
    before: { assignee: before.assignee, service: before.triage.service ?? undefined, parent: before.parent },
    ...thought,
    firstResponse,
    priority: newPriority({ ...before, ...thought }, fields),
  };
}

/** Decided anew where a person has said something that it depends on. */
function newPriority(
  now: Head,
  { severity, category, service, priority }: Pick<Amendment, 'severity' | 'category' | 'service' | 'priority'>,
): Head['priority'] {
  if ([severity, category, service, priority].every((said) => said === undefined)) return undefined;
  return priorityNow({
    severity: severity ?? now.severity,
    triage: now.triage,
    impact: now.impact,
    saidPriority: priority === undefined ? now.saidPriority : (priority ?? undefined),
  });
}

/** What was promised for the severity that the request has now; what has been answered already is past promising. */
async function newFirstResponse(
  { currentStatement }: AmendDeps,
  { state, createdAt }: Head,
  severity: Amendment['severity'],
): Promise<Head['firstResponse']> {
  if (severity === undefined || state !== 'new') return undefined;
  const due = await firstResponseDue(await currentStatement(), { severity, receivedAt: Date.parse(createdAt) });
  return due && { ...due, dueAt: toIso(due.dueAt) };
}

type Said = Pick<Amendment, 'category' | 'service'> & { dueAt?: string | undefined };

/** Thought of anew, with the incidents of now, where a person says what it is; words that persons said before still count. */
async function newThought(
  deps: AmendDeps,
  before: Head,
  { category, service, dueAt }: Said,
): Promise<Partial<Pick<Head, 'triage' | 'impact'>>> {
  const { id, customerId, createdAt, startedAt, triage } = before;
  const expectedFirstResponseAt = dueAt ?? triage.expectedFirstResponseAt;
  if (category === undefined && service === undefined) {
    return dueAt === undefined ? {} : { triage: { ...triage, expectedFirstResponseAt } };
  }
  const [content, customer] = await Promise.all([
    deps.store.readContent(id),
    deps.customers.resolve({ customerId }, () => true),
  ]);
  const saidBy = (who: 'sender' | 'person') => ({
    category: triage.sources.category === who ? (triage.category ?? undefined) : undefined,
    service: triage.sources.service === who ? (triage.service ?? undefined) : undefined,
  });
  const earlier = saidBy('person');
  return thoughtOf(deps, {
    request: { ...content, startedAt, ...saidBy('sender') },
    receivedAt: Date.parse(createdAt),
    expectedFirstResponseAt,
    person: { category: category ?? earlier.category, service: service ?? earlier.service },
    customer,
  });
}
