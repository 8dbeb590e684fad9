import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { fromIso, toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Scope } from '../platform/telemetry.ts';
import { firstResponseDue } from '../statement/first-response.ts';
import type { Statement } from '../statement/statement.ts';
import type { Precondition } from './if-match.ts';
import { changeOnce } from './once.ts';
import type { RequestAnswer } from './request-answer.ts';
import type { Changes, Head, RequestEvent } from './request-event.ts';
import { answerFrom } from './request-queries.ts';
import { actorOf } from './request-rules.ts';
import type { RequestStore } from './request-store.ts';
import {
  categorySchema,
  externalRefsSchema,
  requestIdSchema,
  serviceSchema,
  severitySchema,
  textOf,
} from './request.ts';
import { audienceOfChanges } from './timeline.ts';
import { corrected } from './triage.ts';

/** An id, not an address: whom a request is assigned to is part of keys. */
const assigneeSchema = z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/);

/** Null takes a value away. */
export const amendSchema = z
  .strictObject({
    assignee: assigneeSchema.nullable().optional(),
    team: assigneeSchema.nullable().optional(),
    severity: severitySchema.optional(),
    category: categorySchema.optional(),
    service: serviceSchema.optional(),
    parent: requestIdSchema.nullable().optional(),
    /** All of them: what is not named is taken away. */
    externalRefs: externalRefsSchema.optional(),
    snooze: z
      .strictObject({
        // Another zone can carry the first or the last hours that can be written beyond what can: that is refused.
        until: z.iso
          .datetime({ offset: true })
          .transform((until) => toIso(fromIso(until)))
          .pipe(z.iso.datetime()),
        reason: textOf(limits.reasonCharacters),
      })
      .nullable()
      .optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'name at least one thing to change')
  .meta({ id: 'RequestAmendment' });
export type Amendment = z.output<typeof amendSchema>;

export type AmendDeps = { store: RequestStore; currentStatement: () => Promise<Statement> };

/** A person at the desk corrects or assigns a request; what follows from it (boundary, first response) follows at once. */
export function createAmend(deps: AmendDeps) {
  return async (
    asked: { caller: Caller; requestId: string; body: Amendment; seen: Precondition },
    scope: Scope,
  ): Promise<RequestAnswer> => {
    const { caller, requestId, body, seen } = asked;
    if (typeof body.parent === 'string') await checkParent(deps.store, requestId, body.parent);
    const { head } = await changeOnce(
      deps.store,
      { caller, requestId, route: 'amend', body, scope },
      async (before) => {
        seen(before.version);
        return { by: actorOf(caller), event: await eventFor(deps, before, body), note: body.snooze?.reason };
      },
    );
    return answerFrom(deps.store, head);
  };
}

async function checkParent(store: RequestStore, requestId: string, parent: string): Promise<void> {
  if (parent !== requestId && (await store.readHead(parent)) !== undefined) return;
  throw new AppError('invalid-body', 'See errors for what does not fit.', {
    errors: [{ path: 'parent', message: 'must be another request of this desk' }],
  });
}

type ChangedEvent = Omit<Extract<RequestEvent, { kind: 'changed' }>, 'requestId' | 'sequence' | 'at' | 'by'>;

async function eventFor(deps: AmendDeps, before: Head, { snooze, ...fields }: Amendment): Promise<ChangedEvent> {
  const changes: Changes = { ...fields, ...(snooze !== undefined && { snoozeUntil: snooze?.until ?? null }) };
  const firstResponse = await newFirstResponse(deps, before, fields.severity);
  return {
    kind: 'changed',
    audience: audienceOfChanges(changes),
    state: before.state,
    changes,
    before: { assignee: before.assignee, service: before.triage.service ?? undefined },
    triage: await newTriage(deps, before, { ...fields, dueAt: firstResponse?.dueAt }),
    firstResponse,
  };
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

async function newTriage(
  { store }: AmendDeps,
  { id, triage }: Head,
  { category, service, dueAt }: Pick<Amendment, 'category' | 'service'> & { dueAt?: string | undefined },
): Promise<Head['triage'] | undefined> {
  const isCorrected = category !== undefined || service !== undefined;
  if (!isCorrected && dueAt === undefined) return undefined;
  const after = isCorrected ? corrected(triage, { category, service }, await store.readContent(id)) : triage;
  return { ...after, expectedFirstResponseAt: dueAt ?? after.expectedFirstResponseAt };
}
