import * as z from 'zod';
import { toIso } from '../core/clock.ts';
import type { RequestEvent } from './request-event.ts';

export const clockSchema = z
  .object({
    clock: z.literal('first-response'),
    startedAt: z.iso.datetime(),
    /** Null where the published hours never add up to the target. */
    dueAt: z.iso.datetime().nullable(),
    metAt: z.iso.datetime().optional(),
    state: z.enum(['running', 'met', 'missed']),
    computedFrom: z
      .object({
        targetMinutes: z.number(),
        calendar: z.enum(['always', 'business']),
        timeZone: z.string(),
        statementVersion: z.number(),
      })
      .optional(),
  })
  .meta({ id: 'RequestClock' });
export type RequestClock = z.output<typeof clockSchema>;

/** The customer has heard from a person at the desk: a comment for the customer, or a step forward that it can see. */
export const isResponse = (event: RequestEvent): boolean =>
  event.by.kind === 'person' &&
  event.audience === 'customer' &&
  (event.kind === 'commented' || event.kind === 'transitioned');

/** The clocks of a request, from its events alone: what a later change of severity or statement did is in them. */
export function clocksOf(events: readonly RequestEvent[], nowMs: number): RequestClock[] {
  const created = events.find((event) => event.kind === 'created');
  if (created === undefined) return [];
  const metAt = events.find(isResponse)?.at;
  const before = events.filter((event) => metAt === undefined || event.at <= metAt);
  const promise = before
    .flatMap((event) => ('firstResponse' in event && event.firstResponse ? [event.firstResponse] : []))
    .at(-1);
  const state = stateOf(promise?.dueAt, metAt, toIso(nowMs));
  if (promise === undefined) return [{ clock: 'first-response', startedAt: created.at, dueAt: null, metAt, state }];
  const { dueAt, ...computedFrom } = promise;
  return [{ clock: 'first-response', startedAt: created.at, dueAt, metAt, state, computedFrom }];
}

function stateOf(dueAt: string | undefined, metAt: string | undefined, now: string): RequestClock['state'] {
  const isLate = dueAt !== undefined && (metAt ?? now) > dueAt;
  if (isLate) return 'missed';
  return metAt === undefined ? 'running' : 'met';
}
